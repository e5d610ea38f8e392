#!/usr/bin/env bash
# A service (`rasti run`, embedded log) under mixed load for long: desks lead cases of the workflow issue-report from
# submission to end at half of the rate that the machine can do, a reader asks for inboxes, deadlines, cases, histories,
# the public register and statistics. Memory, file handles, threads, bytes on disk for an event and the times of
# commands and queries in the last quarter are compared with those in the second (the first fills caches). Fails where
# one of them grew, or anything was answered otherwise than it should be.
#
#   tests/acceptance/soak.sh                 an hour
#   tests/acceptance/soak.sh --minutes N
#
# --rate N          commands a second, instead of half of what is measured for --top-seconds S (30)
# --keep            keep the data directory; it lies in TMPDIR, and an hour writes some 15 GB. Beside it are the service's
#                   log and track.jsonl, which says what was when
# RASTI_PROGRAM=... the `rasti` to run; default: build/rasti
# SOAK_PROGRAM=...  the test's own program; default: build/tests/acceptance/soak, built where it is missing
#
# The last line on stdout is one JSON object; pairs in it are [second quarter, last quarter].
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../tools/common.sh"
help_if_asked "$@"

soak=${SOAK_PROGRAM:-build/tests/acceptance/soak}
[[ -x $soak ]] || tools/build.sh release soak rasti >&2
exec "$soak" "$@"
