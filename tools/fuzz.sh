#!/usr/bin/env bash
# Fuzzes what reads bytes and texts from outside (tests/fuzz/README.md), with clang's libFuzzer, AddressSanitizer and
# UndefinedBehaviorSanitizer. Builds build-fuzz first. It fails where something was found, and says how to see it again.
#
#   tools/fuzz.sh                          every target, ten minutes each
#   tools/fuzz.sh csv xes --minutes 60     these targets, an hour each
#   tools/fuzz.sh --list                   the targets
#
# build-fuzz/corpus/TARGET     inputs that reached something new; runs begin with them and with tests/fuzz/corpus/TARGET
# build-fuzz/findings          inputs on which a target stopped
# build-fuzz/log/TARGET.txt    what it said
#
# RASTI_JOBS   how many targets at once
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
help_if_asked "$@"

mapfile -t known < <(printf '%s\n' tests/fuzz/*_fuzz.cc | sed 's,.*/,,; s,_fuzz\.cc$,,')
minutes=10
targets=()
while (($#)); do
  case $1 in
    --list)
      printf '%s\n' "${known[@]}"
      exit 0
      ;;
    --minutes)
      minutes=${2-}
      [[ $minutes =~ ^[1-9][0-9]{0,4}$ ]] || die "--minutes takes a number of minutes, as in --minutes 60"
      shift
      ;;
    *)
      [[ " ${known[*]} " == *" $1 "* ]] || die "no target '$1'; there are: ${known[*]}"
      targets+=("$1")
      ;;
  esac
  shift
done
((${#targets[@]})) || targets=("${known[@]}")

command -v clang++ >/dev/null || die "there is no clang++ here: run tools/install.sh"
RASTI_JOBS='' tools/build.sh fuzz "${targets[@]/%/_fuzz}"
build="build-fuzz"
mkdir -p "$build"/{findings,log}
# In memory where that is possible: engines are made and dropped all the time.
scratch=$(mktemp -d "$([[ -w /dev/shm ]] && echo /dev/shm || echo "$PWD/$build")/rasti-fuzz-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
export TMPDIR=$scratch
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1

# One target; its status is libFuzzer's.
fuzz() {
  local target=$1 dictionary=()
  mkdir -p "$build/corpus/$target"
  if [[ -f tests/fuzz/dictionaries/$target.dict ]]; then dictionary=("-dict=tests/fuzz/dictionaries/$target.dict"); fi
  "$build/tests/fuzz/${target}_fuzz" -max_total_time=$((minutes * 60)) -timeout=60 -rss_limit_mb=4096 \
    -print_final_stats=1 -artifact_prefix="$build/findings/$target-" "${dictionary[@]}" \
    "$build/corpus/$target" "tests/fuzz/corpus/$target" >"$build/log/$target.txt" 2>&1
}

jobs=${RASTI_JOBS:-$(job_count 2500)}
say "fuzzing ${#targets[@]} targets for $minutes minutes each ($jobs at once)"
touch "$scratch/began"
declare -A target_of
failed=()
next=0
while ((next < ${#targets[@]} || ${#target_of[@]})); do
  while ((next < ${#targets[@]} && ${#target_of[@]} < jobs)); do
    fuzz "${targets[next]}" &
    target_of[$!]=${targets[next]}
    next=$((next + 1))
  done
  status=0
  wait -n -p ended "${!target_of[@]}" || status=$?
  target=${target_of[$ended]}
  unset "target_of[$ended]"
  log=$build/log/$target.txt
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  added=$(sed -n 's/^stat::new_units_added: *//p' "$log")
  if ((status)); then failed+=("$target"); fi
  printf '%-12s %s  %s runs, %s new inputs\n' "$target" "$( ((status)) && echo FAILED || echo passed)" \
    "${runs:-?}" "${added:-?}"
done

((${#failed[@]})) || exit 0
mapfile -t findings < <(find "$build/findings" -type f -newer "$scratch/began" | sort)
for target in "${failed[@]}"; do
  grep -hE -m 3 '^(rasti: |==[0-9]+==ERROR|.*runtime error: |SUMMARY: )' "$build/log/$target.txt" | sed "s/^/$target: /" >&2 ||
    tail -n 5 "$build/log/$target.txt" >&2
done
for finding in "${findings[@]}"; do
  name=${finding##*/}
  printf 'again: %s/tests/fuzz/%s_fuzz %s\n' "$build" "${name%%-*}" "$finding" >&2
done
die "something was found by: ${failed[*]} (build-fuzz/log has all of it; tests/fuzz/README.md says what to do)"
