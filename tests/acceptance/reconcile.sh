#!/usr/bin/env bash
# Every figure of `rasti stats` over a city's year of service requests, against a fold of the events that another program
# makes (reconcile_figures.py): volume, times, deadlines met and missed, what is open, by month, category and channel.
#
#   tests/acceptance/reconcile.sh DIR     DIR holds boston311_2015.csv.gz
#   RASTI=...                             the program; default: build/rasti
#
# The last line on stdout is one JSON object {figures_compared, differences}; fails where there is a difference.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../tools/common.sh"
help_if_asked "$@"

(($# == 1)) || die "name the folder with the data; see tests/acceptance/reconcile.sh --help"
folder=$1
[[ $folder == /* ]] || folder=$OLDPWD/$folder
rasti=${RASTI:-$PWD/build/rasti}
[[ $rasti == /* ]] || rasti=$OLDPWD/$rasti
[[ -r $folder/boston311_2015.csv.gz ]] || die "$folder/boston311_2015.csv.gz is not there (or not readable)"
[[ -x $rasti ]] || die "$rasti is not there: build it with tools/build.sh release rasti, or set RASTI"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset RASTI_DATA
gunzip -c "$folder/boston311_2015.csv.gz" >"$work/requests.csv"
say "importing"
"$rasti" --data "$work/data" init --partitions 4 --packages workflows/boston-311 workflows/calendars/boston \
  workflows/tenants/boston workflows/tzdata/2025b >&2
"$rasti" --data "$work/data" import --mapping workflows/boston-311/mapping-computed.yaml "$work/requests.csv" \
  --until 2016-01-12T22:54:00-05:00 --json >&2
say "reading the events"
"$rasti" --data "$work/data" export --events >"$work/events.jsonl"
say "asking for the figures"
"$rasti" --data "$work/data" stats --from 2015-01 --to 2016-01 --by month,workflow,category,channel --json \
  >"$work/stats.json"
"$rasti" --data "$work/data" stats --from 2015-01 --to 2016-01 --by month,tenant --json >"$work/tenants.json"
"$rasti" --data "$work/data" stats --from 2015-01 --to 2016-01 --by month --json >"$work/months.json"
tests/acceptance/reconcile_figures.py "$work/events.jsonl" workflows/tzdata/2025b/America/New_York \
  "$work/stats.json" "$work/tenants.json" "$work/months.json"
