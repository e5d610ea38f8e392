# shellcheck shell=bash
# What the scripts in this folder share. Sourced, never run; it enters the top of the source tree.
#
#   source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

# One line of progress, on stderr: stdout is for what a script was asked for.
say() { printf '==> %s\n' "$*" >&2; }

# The end, with the reason and the way out.
die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# The comment at the top of the running script is its help.
usage() { sed -n '2,/^[^#]/{/^#/!q;s/^# \{0,1\}//;p}' "$0"; }

# Shows the help where it is asked for, as the only argument.
help_if_asked() {
  if [[ ${1-} == --help || ${1-} == -h ]]; then
    usage
    exit 0
  fi
}

# How many compilers fit: one a core, and MIB_PER_JOB (1,500 without sanitizers) of free memory each.
job_count() {
  local mib_per_job=${1:-1500} cores mib_free fit
  cores=$(nproc)
  mib_free=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
  fit=$((mib_free / mib_per_job))
  printf '%d\n' $((fit < 1 ? 1 : fit < cores ? fit : cores))
}

# Our own files with these endings, tracked or about to be, each ended by a NUL.
own_files() {
  local file
  git ls-files -z --cached --others --exclude-standard -- "$@" | sort -zu | while IFS= read -r -d '' file; do
    if [[ -f $file ]]; then printf '%s\0' "$file"; fi
  done
}
