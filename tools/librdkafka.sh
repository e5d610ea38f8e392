#!/usr/bin/env bash
# A newer librdkafka than Debian 12 has, built from the sources of Debian 13, beside the one that is installed.
#
#   tools/librdkafka.sh          builds it once (20 s) and prints the folder of its libraries
#
# What it is for: librdkafka before 2.6.1 sends a SCRAM message that brokers of Kafka 3.7.2, 3.8.1, 3.9 and later refuse
# (CVE-2024-56128). TLS with client certificates works with either. A program that is built takes it in
# place of the installed one, for both have the same interface (librdkafka.so.1):
#
#   LD_LIBRARY_PATH=$(tools/librdkafka.sh) rasti run --kafka-settings scram.settings
#
# apt fetches the sources and checks Debian's signature of them; nothing of this system is changed. It is kept in
# ${XDG_CACHE_HOME:-~/.cache}/rasti.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
help_if_asked "$@"
(($# == 0)) || die "unknown argument '$1'; see tools/librdkafka.sh --help"

version=2.8.0-1
release=trixie
# Where this system gets its own packages.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -v security | head -n 1 || true)
home=${XDG_CACHE_HOME:-$HOME/.cache}/rasti/librdkafka-$version

build() {
  local work=$1 apt
  mkdir -p "$work"/{lists/partial,cache/archives/partial,parts}
  echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $release main" >"$work/sources.list"
  apt=(apt-get -qq -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" -o "Dir::Etc::SourceParts=$work/parts"
    -o "Dir::Etc::SourceList=$work/sources.list" -o APT::Sandbox::User=root)
  "${apt[@]}" update
  (cd "$work" && "${apt[@]}" source --download-only "librdkafka=$version" && dpkg-source -x "librdkafka_$version.dsc" source)
  cd "$work/source"
  ./configure --prefix="$work/out" --disable-gssapi --disable-curl --disable-syslog
  make -j "$(job_count 500)" -C src
  make -C src install
  rm "$work"/out/lib/*.a
}

if [[ ! -d $home ]]; then
  [[ -n $mirror ]] || die "there is no apt-get with a Debian mirror here: install librdkafka 2.6.1 or newer by other means"
  mkdir -p "$(dirname "$home")"
  exec 9>"$home.lock"
  flock 9
  if [[ ! -d $home ]]; then
    say "building librdkafka $version of Debian $release in $home"
    rm -rf "$home.making"
    (build "$home.making") >"$home.log" 2>&1 || die "it could not be built: $(tail -n 3 "$home.log") (all of it: $home.log)"
    mv "$home.making/out" "$home"
    rm -rf "$home.making"
  fi
fi
echo "$home/lib"
