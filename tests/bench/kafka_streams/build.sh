#!/usr/bin/env bash
# Compiles the Kafka Streams application of the benchmarks into a folder, and prints the class path to run it with.
# Its jars come from Maven Central, once, and are kept in ${XDG_CACHE_HOME:-~/.cache}/rasti.
#
#   tests/bench/kafka_streams/build.sh DIR
#
# It wants a JDK 17 and Maven: apt-get install openjdk-17-jdk-headless maven
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../../../tools/common.sh"
help_if_asked "$@"
(($# == 1)) || die "name the folder to compile into"
command -v javac >/dev/null || die "there is no javac here: apt-get install openjdk-17-jdk-headless"
command -v mvn >/dev/null || die "there is no mvn here: apt-get install maven"

jars=${XDG_CACHE_HOME:-$HOME/.cache}/rasti/kafka-streams-4.1.0
if [[ ! -d $jars ]]; then
  say "fetching Kafka Streams from Maven Central into $jars" >&2
  mkdir -p "$(dirname "$jars")"
  rm -rf "$jars.making"
  mvn --quiet --batch-mode --file "$here/pom.xml" dependency:copy-dependencies -DoutputDirectory="$jars.making" >&2 ||
    die "Maven could not fetch Kafka Streams; its own message is above"
  mv "$jars.making" "$jars"
fi
mkdir -p "$1"
javac -Xlint:all -Werror -d "$1" -classpath "$jars/*" "$here/CaseStreams.java" >&2
echo "$1:$jars/*"
