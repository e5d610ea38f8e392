#!/usr/bin/env bash
# Installs the Debian 12 packages of tools/apt-packages.txt that are not there yet, as root or through sudo.
# With all of them in place it does nothing, and needs neither a network nor rights.
#
#   tools/install.sh          install what is missing
#   tools/install.sh --list   print what is missing, one a line, and install nothing
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
help_if_asked "$@"

list=tools/apt-packages.txt
mapfile -t wanted < <(sed 's/#.*//; s/[[:space:]]//g; /^$/d' "$list")

missing=()
if command -v dpkg-query >/dev/null; then
  # Exit status 1 only says that some are unknown here, which is the question.
  installed=$(dpkg-query --show --showformat '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null || true)
  for package in "${wanted[@]}"; do
    grep -qx "$package installed" <<<"$installed" || missing+=("$package")
  done
else
  missing=("${wanted[@]}")
fi

if [[ ${1-} == --list ]]; then
  if ((${#missing[@]})); then printf '%s\n' "${missing[@]}"; fi
  exit 0
elif (($#)); then
  die "unknown argument '$1'; see tools/install.sh --help"
fi

if ((${#missing[@]} == 0)); then
  say "all ${#wanted[@]} packages of $list are installed"
  exit 0
fi
say "installing ${#missing[@]} of the ${#wanted[@]} packages of $list: ${missing[*]}"
command -v apt-get >/dev/null ||
  die "there is no apt-get here: install what $list names with this system's own tools (written for Debian 12)"
as_root=()
if ((EUID != 0)); then
  command -v sudo >/dev/null || die "not root, and there is no sudo: run it as root, or have someone install: ${missing[*]}"
  as_root=(sudo)
fi
apt_get=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get)
"${apt_get[@]}" update --quiet=2 || die "apt-get update failed: is there a network, and is the list of sources right?"
"${apt_get[@]}" install --quiet=2 --yes --no-install-recommends "${missing[@]}" ||
  die "apt-get install failed; its own message is above. This list is for Debian 12 (bookworm), section main"
say "installed"
