#!/usr/bin/env bash
# Installs what is missing, builds the release preset and runs every test. Ends with ctest's own closing lines.
#
#   tools/test.sh                 all tests
#   tools/test.sh -R core         what follows goes to ctest: here, the tests whose name has "core" in it
#   RASTI_PRESET=asan tools/test.sh
#
# RASTI_PRESET    the preset to build and test: release, debug, asan, tsan, nightly (release with long counts)
# RASTI_JOBS      how many compilers and tests at once
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
help_if_asked "$@"

preset=${RASTI_PRESET:-release}
tools/install.sh
tools/build.sh "$preset"
say "testing $preset"
run=()
if [[ $preset == tsan ]] && setarch --addr-no-randomize true 2>/dev/null; then
  # Newer kernels scatter addresses over more bits than this ThreadSanitizer can shadow.
  run=(setarch --addr-no-randomize)
fi
"${run[@]}" ctest --preset "$preset" --parallel "${RASTI_JOBS:-$(nproc)}" --no-tests=error "$@"
