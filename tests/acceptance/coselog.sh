#!/usr/bin/env bash
# A real log of events, imported twice: from its CSV file and from its XES file. Each row must stand in the history of its
# case, ends and deadlines must be those of the log, and both files must give the same histories.
#
#   tests/acceptance/coselog.sh DIR    DIR holds receipt.csv.gz and receipt.xes.gz
#   RASTI=...                          the program; default: build/rasti
#
# The last line on stdout is one JSON object with the figures.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../tools/common.sh"
help_if_asked "$@"

(($# == 1)) || die "name the folder with the data; see tests/acceptance/coselog.sh --help"
folder=$1
[[ $folder == /* ]] || folder=$OLDPWD/$folder
rasti=${RASTI:-$PWD/build/rasti}
[[ $rasti == /* ]] || rasti=$OLDPWD/$rasti
for file in receipt.csv.gz receipt.xes.gz; do
  [[ -r $folder/$file ]] || die "$folder/$file is not there (or not readable): this test needs the log"
done
[[ -x $rasti ]] || die "$rasti is not there: build it with tools/build.sh release rasti, or set RASTI"

# Behind everything that the log tells of.
until_time=2012-01-24T00:00:00+01:00
packages=(workflows/coselog workflows/calendars/coselog workflows/tenants/coselog workflows/tzdata/2025b)
listens_within=60
work=$(mktemp -d)
node=''
stop_all() {
  [[ -z $node ]] || kill -KILL "$node" 2>/dev/null || true
  rm -rf "$work"
}
trap stop_all EXIT
unset RASTI_DATA RASTI_BROKERS RASTI_LOG RASTI_TOPIC_PREFIX RASTI_GROUP

# Imports into a directory of that name: import_log NAME FILE REPORT.
import_log() {
  "$rasti" --data "$work/$1" import --mapping workflows/coselog/mapping.yaml "$2" --until "$until_time" \
    --rejects "$work/rejects.csv" --json >"$3" || {
    head -n 20 "$work/rejects.csv" >&2
    die "the import did not take all rows of $2"
  }
  say "$(cat "$3")"
}

# Asked through a node that runs, which is far quicker than opening the directory for each case.
read_histories() {
  local end=$((SECONDS + listens_within))
  : >"$work/$1.log"
  "$rasti" --data "$work/$1" run 2>>"$work/$1.log" &
  node=$!
  until grep -q listening "$work/$1.log"; do
    kill -0 "$node" 2>/dev/null || die "the node ended: $(tail -n 3 "$work/$1.log")"
    ((SECONDS < end)) || die "the node does not listen: $(tail -n 3 "$work/$1.log")"
    sleep 0.1
  done
  "$rasti" --data "$work/$1" deadlines --tenant coselog --clock decide --field source_id >"$work/$1.deadlines.csv"
  tail -n +2 "$work/$1.deadlines.csv" | cut -d, -f1 |
    xargs -n 1 "$rasti" --data "$work/$1" history --json >"$work/$1.histories.json"
  kill -TERM "$node"
  wait "$node" || die "the node did not end in good order: $(tail -n 3 "$work/$1.log")"
  node=''
}

for kind in csv xes; do
  gunzip -c "$folder/receipt.$kind.gz" >"$work/receipt.$kind"
  "$rasti" --data "$work/$kind" init --partitions 2 --packages "${packages[@]}" >&2
  say "importing receipt.$kind"
  import_log "$kind" "$work/receipt.$kind" "$work/$kind.json"
done
say "importing receipt.xes over what receipt.csv gave: nothing may be added"
import_log csv "$work/receipt.xes" "$work/again.json"
for kind in csv xes; do
  say "reading the histories that receipt.$kind gave"
  read_histories "$kind"
  "$rasti" --data "$work/$kind" replay --verify >&2
done
tests/acceptance/coselog_figures.py "$work"
