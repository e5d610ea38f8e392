#!/usr/bin/env bash
# What is too long for every change: run before every release. Each step writes build-nightly/log/STEP.txt; a step that
# fails does not stop the others. The closing lines say which passed, and after how many seconds.
#
#   tools/nightly.sh                  all steps
#   tools/nightly.sh asan tsan        these only
#   tools/nightly.sh --list           the steps
#
# RASTI_BOSTON    folder of the whole Boston year (tests/acceptance/boston.sh says what is in it); without it, no boston step
# RASTI_COSELOG   folder of the log of events (tests/acceptance/coselog.sh says what is in it); without it, no coselog step
# RASTI_CHAOS_MINUTES  how long each of the two long runs of the `chaos` step takes (30)
# RASTI_SOAK_MINUTES   how long the `soak` step takes (60)
# RC_PARAMS       RapidCheck's settings for the `long` step (max_success=1000)
# RASTI_JOBS      how many compilers and tests at once
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
help_if_asked "$@"

steps=(format lint long asan tsan chaos)
if [[ -x tests/acceptance/soak.sh ]]; then steps+=(soak); fi
if [[ -x tests/acceptance/tamper.sh ]]; then steps+=(tamper); fi
if [[ -x tools/fuzz.sh ]]; then steps+=(fuzz); fi
if [[ -x tests/acceptance/boston.sh && -n ${RASTI_BOSTON-} ]]; then steps+=(boston); fi
if [[ -x tests/acceptance/coselog.sh && -n ${RASTI_COSELOG-} ]]; then steps+=(coselog); fi
if [[ -x tools/bench.sh ]]; then steps+=(bench); fi

step_format() { tools/check-format.sh; }
step_lint() { tools/lint.sh; }
# The release build with long counts: hundreds of kills, all seeds, large inputs.
step_long() { RASTI_PRESET=nightly RC_PARAMS=${RC_PARAMS:-max_success=1000} tools/test.sh; }
step_asan() { RASTI_PRESET=asan tools/test.sh; }
step_tsan() { RASTI_PRESET=tsan tools/test.sh; }
# Three brokers and three nodes under fire, once with each way of sharing partitions out, and once while commands go.
step_chaos() {
  tools/build.sh release chaos rasti
  local assignor
  for assignor in range cooperative-sticky; do
    tests/acceptance/chaos.sh --minutes "${RASTI_CHAOS_MINUTES:-30}" --assignor "$assignor"
  done
  tests/acceptance/chaos.sh --minutes 5 --trim
}
# The embedded engine as a service for an hour, at half of what the machine can do.
step_soak() {
  tools/build.sh release soak rasti
  tests/acceptance/soak.sh --minutes "${RASTI_SOAK_MINUTES:-60}"
}
# Changes of every kind in signed logs.
step_tamper() {
  tools/build.sh release tamper rasti
  tests/acceptance/tamper.sh --logs 20 --times 20
}
step_fuzz() { tools/fuzz.sh; }
# On the embedded log, and over a real broker.
step_boston() {
  tools/build.sh release rasti
  tests/acceptance/boston.sh "$RASTI_BOSTON"
  tests/acceptance/boston.sh --kafka "$RASTI_BOSTON"
  tests/acceptance/reconcile.sh "$RASTI_BOSTON"
}
step_coselog() {
  tools/build.sh release rasti
  tests/acceptance/coselog.sh "$RASTI_COSELOG"
}
step_bench() { tools/bench.sh; }

if [[ ${1-} == --list ]]; then
  printf '%s\n' "${steps[@]}"
  exit 0
fi
for step in "$@"; do
  [[ " ${steps[*]} " == *" $step "* ]] || die "no step '$step' here; there are: ${steps[*]}"
done
if (($#)); then steps=("$@"); fi

tools/install.sh
logs=build-nightly/log
mkdir -p "$logs"
failures=0
report=()
for step in "${steps[@]}"; do
  say "$step (output in $logs/$step.txt)"
  began=$SECONDS
  # A shell of its own, so that errexit holds inside the step although its outcome is looked at.
  set +e
  (set -e && "step_$step") </dev/null >"$logs/$step.txt" 2>&1
  status=$?
  set -e
  outcome=passed
  if ((status)); then
    outcome=FAILED
    failures=$((failures + 1))
    tail -n 20 "$logs/$step.txt" >&2
  fi
  report+=("$(printf '%-8s %s  %5d s' "$step" "$outcome" $((SECONDS - began)))")
done
printf '%s\n' "${report[@]}"
((failures == 0)) || die "$failures of ${#steps[@]} steps failed"
