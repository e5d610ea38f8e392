#!/usr/bin/env bash
# The main job, small: installs what is missing, builds build/rasti, and takes 2,000 real service requests of a city
# through a year. Then it deletes state and views, replays the log, and compares: the figures come out the same, or it fails.
#
#   tools/demo.sh          in a temporary folder, removed at the end
#   tools/demo.sh DIR      in DIR, which must be new or empty and is kept, to look around in with: build/rasti --data DIR ...
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
help_if_asked "$@"

packages=(workflows/boston-311 workflows/calendars/boston workflows/tenants/boston workflows/tzdata/2025b)
mapping=workflows/boston-311/mapping-computed.yaml
sample=tests/data/boston311-sample.csv
until_time=2016-01-12T22:54:00-05:00
tenant=boston

# Shows the command, then runs it.
rasti() {
  printf '\n$ rasti %s\n' "$*" >&2
  build/rasti --data "$data" "$@"
}

# What people would look at, read through the views: the deadlines missed, a case, why its are what they are, its history.
# Sorted keys, so that text compares as values. Into the folder $1, for the case $2.
figures() {
  # The instant of the question is the one thing in which two answers may differ.
  local folder=$1 case_id=$2 steady="del(.now, .at)"
  mkdir "$folder"
  build/rasti --data "$data" overdue --tenant "$tenant" --json | jq -eS "$steady" >"$folder/overdue.json"
  build/rasti --data "$data" show "$case_id" --json | jq -eS "$steady" >"$folder/case.json"
  build/rasti --data "$data" explain "$case_id" --json | jq -eS "$steady" >"$folder/explained.json"
  build/rasti --data "$data" history "$case_id" --json | jq -eS "$steady" >"$folder/history.json"
  build/rasti --data "$data" tally --tenant "$tenant" --json | jq -eS "$steady" >"$folder/tally.json"
}

first_overdue_case() {
  build/rasti --data "$data" overdue --tenant "$tenant" --limit 1 --json |
    jq -er '[.. | objects | .case_id? // empty][0]'
}

run_the_year() {
  local case_id
  rasti init --partitions 4 --packages "${packages[@]}"
  rasti import --mapping "$mapping" "$sample" --until "$until_time" --json | tee "$work/import.json"
  rasti overdue --tenant "$tenant" --limit 10
  rasti tally --tenant "$tenant"
  case_id=$(first_overdue_case) || die "no case is overdue after the import, and there should be"
  rasti show "$case_id"
  rasti explain "$case_id"
  rasti history "$case_id"
  figures "$work/before" "$case_id"

  printf '\n$ rm -r DIR/state DIR/views\n' >&2
  rm -r "${data:?}/state" "${data:?}/views"
  rasti replay --verify --json | tee "$work/replay.json"
  figures "$work/after" "$case_id"
}

compare() {
  if ! diff -ru "$work/before" "$work/after" >"$work/difference.txt"; then
    head -n 40 "$work/difference.txt" >&2
    die "the figures after the replay are not those before it"
  fi
}

(($# <= 1)) || die "one folder at most; see tools/demo.sh --help"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
data=$work/data
if (($#)); then
  data=$1
  # The scripts work from the top of the tree; the folder was named from where the caller stands.
  [[ $data == /* ]] || data=$OLDPWD/$data
  [[ ! -e $data || (-d $data && -z $(ls -A "$data")) ]] || die "$data is there and not empty: name a new folder"
fi

tools/install.sh
tools/build.sh release rasti
run_the_year
compare
say "the same before and after, $(cat "$work"/after/*.json | wc -l) lines compared"
if (($#)); then say "look around: build/rasti --data $data overdue --tenant $tenant"; fi
