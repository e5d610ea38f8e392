#!/usr/bin/env bash
# The main job, small: installs what is missing, builds build/rasti, and takes 2,000 real service requests of a city
# through a year. Then it deletes state and views, replays the log, and compares: the figures come out the same, or it fails.
#
#   tools/demo.sh            in a temporary folder, removed at the end
#   tools/demo.sh DIR        in DIR, which must be new or empty and is kept, to look around in with: build/rasti --data DIR ...
#   tools/demo.sh --kafka    the same year once more over a real Kafka broker with two nodes and a reader; one node is
#                            killed half way, and the figures come out the same again
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

# What two logs may differ in: when and in which order of cases something was written.
same_in_every_log='walk(if type == "object" then
  del(.recorded_at, .last_recorded_at, .sequence, .token, .hash, .prev_hash, .head) else . end)'

# A node (or reader) in the background, in the folder of that name; waits until it listens.
serve() {
  local name=$1
  shift
  build/rasti "$@" --data "$work/$name" 2>"$work/$name.log" &
  services+=("$!")
  pid_of[$name]=$!
  for _ in {1..600}; do
    if grep -q listening "$work/$name.log"; then return; fi
    kill -0 "${pid_of[$name]}" 2>/dev/null || die "$name ended: $(tail -n 3 "$work/$name.log")"
    sleep 0.1
  done
  die "$name does not listen: $(tail -n 3 "$work/$name.log")"
}

stop_all() {
  local pid
  for pid in "${services[@]}"; do
    kill -KILL "$pid" 2>/dev/null || continue
    { wait "$pid" || true; } 2>/dev/null
  done
  tools/kafka.sh stop --dir "$work/broker" >/dev/null 2>&1 || true
  rm -rf "$work"
}

run_over_kafka() {
  local case_id importing half=1000
  export RASTI_BROKERS
  RASTI_BROKERS=$(tools/kafka.sh start --dir "$work/broker" --while $$)
  say "a broker at $RASTI_BROKERS"
  build/rasti topics create --partitions 4
  build/rasti init --data "$work/node-1" --log kafka --packages "${packages[@]}"
  build/rasti init --data "$work/node-2" --log kafka --no-packages --submitters "$work/node-1/submitters"
  build/rasti init --data "$work/reader" --log kafka --no-packages --submitters "$work/node-1/submitters"
  serve node-1 run
  serve node-2 run
  serve reader serve-views
  data=$work/reader
  rasti import --mapping "$mapping" "$sample" --until "$until_time" --json >"$work/import-kafka.json" &
  importing=$!
  until (($(build/rasti --data "$data" tally --tenant "$tenant" --json | jq .cases) >= half)); do
    kill -0 "$importing" 2>/dev/null || die "the import was over before a node could be killed"
  done
  say "$half cases are there: kill -9 of node 1; node 2 takes its partitions over once its session has ended"
  kill -KILL "${pid_of[node-1]}"
  { wait "${pid_of[node-1]}" || true; } 2>/dev/null
  wait "$importing" || die "the import failed: $(tail -n 3 "$work/node-2.log")"
  cat "$work/import-kafka.json"
  rasti tally --tenant "$tenant"
  case_id=$(first_overdue_case) || die "no case is overdue after the import, and there should be"
  figures "$work/kafka" "$case_id"
  kill -TERM "${pid_of[node-2]}"
  wait "${pid_of[node-2]}" || die "node 2 did not end in good order: $(tail -n 3 "$work/node-2.log")"
  build/rasti --data "$work/node-2" replay --verify
}

compare_logs() {
  local file
  for file in "$work"/before/*.json; do
    if ! diff -u <(jq -S "$same_in_every_log" "$file") <(jq -S "$same_in_every_log" "$work/kafka/${file##*/}"); then
      die "${file##*/} over Kafka is not what it is on the embedded log"
    fi
  done | head -n 40 >&2
}

kafka=''
if [[ ${1-} == --kafka ]]; then
  kafka=yes
  shift
fi
(($# <= 1)) || die "one folder at most; see tools/demo.sh --help"
work=$(mktemp -d)
services=()
declare -A pid_of=()
trap stop_all EXIT
unset RASTI_DATA RASTI_BROKERS RASTI_LOG
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
if [[ -n $kafka ]]; then
  run_over_kafka
  compare_logs
  say "the same over Kafka, with a node killed half way"
fi
if (($#)); then say "look around: build/rasti --data $data overdue --tenant $tenant"; fi
