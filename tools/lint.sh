#!/usr/bin/env bash
# clang-tidy (.clang-tidy) over the C++ files and shellcheck over the scripts. A finding is an error.
# It works on build-lint, a build without precompiled headers: those are g++'s, and clang cannot read them.
# A file costs up to half a minute, so a change is linted before it is handed in and everything at night, not in CI.
#
#   tools/lint.sh                     everything
#   tools/lint.sh FILE...             these files; a header through the sources that stand for it
#   tools/lint.sh --changed [BASE]    what differs from BASE (HEAD), new files too
#   tools/lint.sh --quick ...         without the static analyzer, which is half of the time
#
# RASTI_JOBS   how many files at once
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
help_if_asked "$@"

tidy=(clang-tidy --quiet -p build-lint --extra-arg=-Wno-unknown-warning-option)
if [[ ${1-} == --quick ]]; then
  tidy+=(--checks=-clang-analyzer-*)
  shift
fi
for program in clang-tidy shellcheck; do
  command -v "$program" >/dev/null || die "there is no $program here: run tools/install.sh"
done

# What to look at.
if [[ ${1-} == --changed ]]; then
  base=${2:-HEAD}
  git rev-parse --quiet --verify "$base^{commit}" >/dev/null || die "git knows no commit '$base'"
  mapfile -t wanted < <({
    git diff --name-only --diff-filter=d "$base" --
    git ls-files --others --exclude-standard
  } | sort -u)
elif (($#)); then
  wanted=()
  for file in "$@"; do
    [[ -f $file ]] || die "no file '$file' here; name it from the root of the source tree"
    wanted+=("${file#./}")
  done
else
  mapfile -d '' -t wanted < <(own_files '*.cc' '*.sh' .ci/run)
fi

# The sources that a header is looked at through: its own, its test, or else the first that includes it.
sources_of_header() {
  local stem=${1%.h}
  if [[ -f $stem.cc ]]; then
    echo "$stem.cc"
  elif [[ -f ${stem}_test.cc ]]; then
    echo "${stem}_test.cc"
  else
    own_files '*.cc' | xargs -0 grep -lF "#include \"$1\"" | head -n 1
  fi
}

sources=() scripts=()
for file in "${wanted[@]}"; do
  case $file in
    *.cc) sources+=("$file") ;;
    *.h) mapfile -t -O "${#sources[@]}" sources < <(sources_of_header "$file") ;;
    *.sh | .ci/run) scripts+=("$file") ;;
  esac
done

failed=0
if ((${#scripts[@]})); then
  say "shellcheck: ${#scripts[@]} scripts"
  shellcheck --external-sources --source-path=SCRIPTDIR "${scripts[@]}" || failed=1
fi
if ((${#sources[@]})); then
  jobs=${RASTI_JOBS:-$(job_count 1000)}
  mapfile -t sources < <(printf '%s\n' "${sources[@]}" | sort -u)
  cmake --preset lint >/dev/null || die "configuring build-lint failed; the message is above"
  # Nothing is compiled but the .proto files, into the headers that ours include.
  mapfile -t generated < <(printf '%s\n' proto/rasti/v1/*.proto | sed 's,^,generated/,; s,\.proto$,.pb.h,')
  cmake --build build-lint --parallel "$jobs" --target "${generated[@]}" >/dev/null || die "generating protobuf headers failed"

  say "clang-tidy: ${#sources[@]} files ($jobs at once)"
  found=$(mktemp)
  trap 'rm -f "$found" "$found.err"' EXIT
  printf '%s\0' "${sources[@]}" | xargs -0 -n 1 -P "$jobs" "${tidy[@]}" >"$found" 2>"$found.err" || failed=1
  # A finding in a header comes once for every file that includes it; one is enough.
  awk -v root="$PWD/" '
    index($0, root) == 1 { $0 = substr($0, length(root) + 1) }
    /^[^ ].*:[0-9]+:[0-9]+: (error|warning): / { shown = !seen[$0]++ }
    shown' "$found"
  if ((failed)) && [[ ! -s $found ]]; then cat "$found.err" >&2; fi
fi
((failed == 0)) || die "findings above; one that is wrong is silenced where it is: // NOLINTNEXTLINE(check): why"
say "nothing found in ${#sources[@]} sources and ${#scripts[@]} scripts"
