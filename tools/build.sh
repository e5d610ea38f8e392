#!/usr/bin/env bash
# Configures and builds one preset of CMakePresets.json, with as many compilers as cores and memory allow.
#
#   tools/build.sh                     the release preset: build/rasti and the tests
#   tools/build.sh asan                another preset: debug, asan, tsan, fuzz
#   tools/build.sh release rasti       these targets of it only
#
# RASTI_JOBS   how many compilers at once, if you know better
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
help_if_asked "$@"

preset=${1:-release}
targets=("${@:2}")
case $preset in
  asan | tsan | fuzz) mib_per_job=2500 ;;
  *) mib_per_job=1500 ;;
esac
jobs=${RASTI_JOBS:-$(job_count "$mib_per_job")}

say "configuring $preset"
configured=$(cmake --preset "$preset" 2>&1) || {
  printf '%s\n' "$configured" >&2
  die "configuring failed; the message is above. tools/install.sh --list names packages that are missing"
}
say "building $preset${targets[*]:+: ${targets[*]}} ($jobs at once)"
cmake --build --preset "$preset" --parallel "$jobs" ${targets:+--target "${targets[@]}"}
