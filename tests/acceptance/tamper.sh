#!/usr/bin/env bash
# Plants changes of every kind at random places of signed logs (a bit, a field, events removed, inserted, swapped or
# replayed, with and without all hashes made anew, back-dated times, other versions of the definition, a log cut short,
# bytes of its files), and has `rasti audit verify` look for each with nothing but the public key and a checkpoint that was
# kept. Logs that nobody touched are verified too.
#
#   tests/acceptance/tamper.sh                          three logs, ten times each kind
#   tests/acceptance/tamper.sh --logs N --times M
#
# TAMPER_PROGRAM=...  the test's own program; default: build/tests/acceptance/tamper, built where it is missing
#
# The last line on stdout is one JSON object {planted, found, false_alarms}; fails where one was not found, or something
# was found where nothing is wrong.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../tools/common.sh"
help_if_asked "$@"

tamper=${TAMPER_PROGRAM:-build/tests/acceptance/tamper}
[[ -x $tamper ]] || tools/build.sh release tamper rasti >&2
exec "$tamper" "$@"
