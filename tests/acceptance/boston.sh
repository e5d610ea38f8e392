#!/usr/bin/env bash
# A year of a city's service requests, imported twice: with the city's own deadlines, and with deadlines computed from
# rules and calendar. Fails unless every figure is exactly the one that an independent calculation gives.
#
#   tests/acceptance/boston.sh DIR     DIR holds boston311_2015.csv.gz and rules.csv
#   RASTI=...                          the program; default: build/rasti
#
# The last line on stdout is one JSON object with the figures; `seconds` and `events` are those of the slower import.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../tools/common.sh"
help_if_asked "$@"

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
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset RASTI_DATA
gunzip -c "$folder/boston311_2015.csv.gz" >"$work/requests.csv"

import_with() {
  local name=$1
  say "importing with workflows/boston-311/mapping-$name.yaml"
  "$rasti" --data "$work/$name" init --partitions 4 --packages "${packages[@]}" >&2
  "$rasti" --data "$work/$name" import --mapping "workflows/boston-311/mapping-$name.yaml" "$work/requests.csv" \
    --until "$until_time" --rejects "$work/$name.rejects.csv" --json >"$work/$name.json" || {
    head -n 20 "$work/$name.rejects.csv" >&2
    die "the import did not take all rows"
  }
  say "$(cat "$work/$name.json")"
}

import_with target
import_with computed
"$rasti" --data "$work/computed" deadlines --tenant boston --clock resolve --at "$until_time" \
  --field source_id --field city_target >"$work/deadlines.csv"
tests/acceptance/boston_figures.py "$work" "$folder/rules.csv"
