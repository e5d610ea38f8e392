#!/usr/bin/env bash
# Runs the benchmarks: one JSON line a figure on stdout {name, value, unit, baseline, ratio, goal, met}, with a baseline
# that was measured in the same run. What was measured several times is the median, with {rounds, baseline_rounds} beside
# it. What they say of themselves goes to stderr. It fails where memory is beyond its bound; a missed goal of speed is said.
#
#   tools/bench.sh                 all of them: about a quarter of an hour and 10 GB of disk
#   tools/bench.sh decide replay   those whose names begin so
#   tools/bench.sh --list          what there is
#
# RASTI_BENCH_CASES    other numbers of cases, for a quick look
# RASTI_BENCH_DIR      where the databases are made (default: build/bench); fsync is as fast as its disk
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
help_if_asked "$@"

tools/build.sh release rasti_bench >&2
top=$PWD
where=${RASTI_BENCH_DIR:-build/bench}
mkdir -p "$where"
# The sample's time zones are read from the source tree.
RASTI_BENCH_DIR=$(cd "$where" && pwd) exec "$top/build/tests/bench/rasti_bench" "$@"
