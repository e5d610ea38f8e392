#!/usr/bin/env bash
# Are the C++ files formatted as .clang-format says?
#
#   tools/check-format.sh         fail, and name the places, where one is not
#   tools/check-format.sh --fix   format them
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
help_if_asked "$@"

mode=(--dry-run --Werror)
if [[ ${1-} == --fix ]]; then
  mode=(-i)
elif (($#)); then
  die "unknown argument '$1'; see tools/check-format.sh --help"
fi
command -v clang-format >/dev/null || die "there is no clang-format here: run tools/install.sh"
mapfile -d '' -t files < <(own_files '*.cc' '*.h')
((${#files[@]})) || die "found no C++ files: is this the source tree, with git?"
status=0
complaints=$(printf '%s\0' "${files[@]}" | xargs -0 -n 16 -P "$(nproc)" clang-format "${mode[@]}" 2>&1) || status=$?
if ((status)); then
  # clang-format points at every blank; the first place of a file is enough to find it.
  places=$(awk -F: '/: error: code should be/ && !seen[$1]++ { print $1 ":" $2 ": not formatted" }' <<<"$complaints" | sort)
  printf '%s\n' "${places:-$complaints}" >&2
  die "not formatted as .clang-format says; tools/check-format.sh --fix does it"
fi
say "${#files[@]} files are formatted"
