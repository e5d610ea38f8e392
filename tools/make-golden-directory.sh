#!/usr/bin/env bash
# Makes tests/data/golden-directories/VERSION of the program at hand: a data directory with what it says about it.
#
#   tools/make-golden-directory.sh [--again]     build/rasti (or RASTI_PROGRAM); --again: in place of the one that is there
#
# Once a release, before its tag; tests/data/golden-directories/README.md tells what for.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
help_if_asked "$@"

rasti=${RASTI_PROGRAM:-$PWD/build/rasti}
[[ -x $rasti ]] || die "$rasti is not there; build it: tools/build.sh release rasti"
version=$("$rasti" --version)
version=${version#rasti }
folder=tests/data/golden-directories/$version
if [[ -e $folder && ${1:-} != --again ]]; then
  die "$folder is there; a released version's is never made again. Before its release: --again"
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export RASTI_DATA=$scratch/data
run() { "$rasti" "$@" > /dev/null; }

# As long as several parts of the log and of the stores: some files merged, some not.
run init --partitions 2 --virtual-time 2026-01-05T09:00:00+01:00 --packages workflows/issue-report workflows/request \
  workflows/calendars/kosovo workflows/tenants/prishtine workflows/tenants/mlga workflows/tzdata/2025b
citizen=7b8f2c1e-0d7f-4c55-9a01-1f4e6d2c3b4a
form='{"description":"A hole as deep as a bucket","location":{"address":"Rruga B 17"},
       "reporter":{"name":"Agim Test","email":"agim@example.org"}}'
report() { # KEY TITLE
  "$rasti" submit --workflow issue-report --tenant prishtine --category pothole --title "$2" --channel portal \
    --role citizen --as $citizen --key "$1" --form "$form" | sed -n 's/^reference *//p'
}
resolved=$(report letter-1 'Hole in Rruga B')
overdue=$(report letter-2 'Hole before the school')
merged=$(report letter-3 'The same hole')
withdrawn=$(report letter-4 'Hole that was none')
waiting=$(report letter-5 'Hole at the market')
run act "$resolved" register --as clerk1
run act "$resolved" start_work --as roads.officer1
run clock advance 2026-01-07T10:00:00+01:00
run act "$resolved" respond --as roads.officer1 --field outcome=resolved --field text=Filled.
run act "$resolved" resolve --as roads.officer1 --field evidence=photo-12
run act "$resolved" confirm --as clerk1
run rate "$resolved" 5 --as $citizen --role citizen
run act "$overdue" register --as clerk1
run assign "$overdue" --queue waste --reason 'not a road' --as clerk1
run merge "$merged" --into "$overdue" --as clerk1
run withdraw "$withdrawn" --as $citizen --role citizen
run act "$waiting" register --as clerk1
run message "$waiting" --as roads.officer1 --text 'Which side of the road?'
run clock advance 2026-01-20T12:00:00+01:00
run clock advance 2026-02-20T12:00:00+01:00

made=$scratch/golden
mkdir "$made"
"$rasti" export --events > "$made/events.jsonl"
"$rasti" export > "$made/cases.jsonl"
"$rasti" overdue --json > "$made/overdue.json"
"$rasti" replay --verify > /dev/null
"$rasti" doctor --quick > /dev/null
# Nothing of this machine or of the moment but what the program writes itself.
tar --create --sort=name --owner=0 --group=0 --numeric-owner --mtime='2026-02-20 12:00:00Z' --directory "$scratch" data \
  | xz -9e > "$made/directory.tar.xz"
rm -rf "$folder"
mkdir -p "$(dirname "$folder")"
mv "$made" "$folder"
say "$folder: $(wc -l < "$folder/events.jsonl") events, $(stat --format=%s "$folder/directory.tar.xz") bytes"
