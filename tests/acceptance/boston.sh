#!/usr/bin/env bash
# A year of a city's service requests, imported twice: with the city's own deadlines, and with deadlines computed from
# rules and calendar. Fails unless every figure is exactly the one that an independent calculation gives.
#
#   tests/acceptance/boston.sh DIR     DIR holds boston311_2015.csv.gz and rules.csv
#   tests/acceptance/boston.sh --kafka DIR
#                                      the same over a real Kafka broker, which it starts and stops: each import goes
#                                      through a node that runs, and the views are asked through it
#   RASTI=...                          the program; default: build/rasti
#
# The last line on stdout is one JSON object with the figures; `seconds` and `events` are those of the slower import.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../tools/common.sh"
help_if_asked "$@"

kafka=''
if [[ ${1-} == --kafka ]]; then
  kafka=yes
  shift
fi
(($# == 1)) || die "name the folder with the data; see tests/acceptance/boston.sh --help"
folder=$1
[[ $folder == /* ]] || folder=$OLDPWD/$folder
rasti=${RASTI:-$PWD/build/rasti}
[[ $rasti == /* ]] || rasti=$OLDPWD/$rasti
for file in boston311_2015.csv.gz rules.csv; do
  [[ -r $folder/$file ]] || die "$folder/$file is not there (or not readable): this test needs the year's data"
done
[[ -x $rasti ]] || die "$rasti is not there: build it with tools/build.sh release rasti, or set RASTI"

until_time=2016-01-12T22:54:00-05:00
packages=(workflows/boston-311 workflows/calendars/boston workflows/tenants/boston workflows/tzdata/2025b)
listens_within=120
work=$(mktemp -d)
node=''
stop_all() {
  [[ -z $node ]] || kill -KILL "$node" 2>/dev/null || true
  [[ -z $kafka ]] || tools/kafka.sh stop --dir "$work/broker" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap stop_all EXIT
unset RASTI_DATA RASTI_BROKERS RASTI_LOG RASTI_TOPIC_PREFIX RASTI_GROUP
gunzip -c "$folder/boston311_2015.csv.gz" >"$work/requests.csv"

make_embedded() { "$rasti" --data "$work/$1" init --partitions 4 --packages "${packages[@]}" >&2; }

# A log of that name at the broker, and a node that runs.
make_on_kafka() {
  local name=$1 end=$((SECONDS + listens_within))
  "$rasti" topics create --partitions 4 --topic-prefix "$name." >&2
  "$rasti" --data "$work/$name" init --log kafka --topic-prefix "$name." --group "$name" --packages "${packages[@]}" >&2
  : >"$work/$name.log"
  "$rasti" --data "$work/$name" run --threads 2 2>>"$work/$name.log" &
  node=$!
  until grep -q listening "$work/$name.log"; do
    kill -0 "$node" 2>/dev/null || die "the node ended: $(tail -n 3 "$work/$name.log")"
    ((SECONDS < end)) || die "the node does not listen: $(tail -n 3 "$work/$name.log")"
    sleep 0.1
  done
}

stop_node() {
  [[ -n $node ]] || return 0
  say "the node had $(awk '/^VmHWM:/ { print int($2 / 1024) }' "/proc/$node/status") MB of memory at the most"
  kill -TERM "$node"
  wait "$node" || die "the node did not end in good order: $(tail -n 3 "$work/$1.log")"
  node=''
}

import_with() {
  local name=$1
  say "importing with workflows/boston-311/mapping-$name.yaml"
  if [[ -n $kafka ]]; then make_on_kafka "$name"; else make_embedded "$name"; fi
  "$rasti" --data "$work/$name" import --mapping "workflows/boston-311/mapping-$name.yaml" "$work/requests.csv" \
    --until "$until_time" --rejects "$work/$name.rejects.csv" --json >"$work/$name.json" || {
    head -n 20 "$work/$name.rejects.csv" >&2
    die "the import did not take all rows"
  }
  say "$(cat "$work/$name.json")"
}

if [[ -n $kafka ]]; then
  export RASTI_BROKERS
  RASTI_BROKERS=$(tools/kafka.sh start --dir "$work/broker" --while $$)
  say "a broker at $RASTI_BROKERS"
fi
import_with target
stop_node target
import_with computed
"$rasti" --data "$work/computed" deadlines --tenant boston --clock resolve --at "$until_time" \
  --field source_id --field city_target >"$work/deadlines.csv"
stop_node computed
tests/acceptance/boston_figures.py "$work" "$folder/rules.csv"
