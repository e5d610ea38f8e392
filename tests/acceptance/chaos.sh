#!/usr/bin/env bash
# Three Kafka brokers, three nodes, steady commands, and at random: nodes killed with -9, paused for longer than their
# session, stopped and started, robbed of their stores; brokers killed and started again; in a run of 10 minutes or more
# all brokers away for a minute. Afterwards everything is examined: what was acknowledged has its events once and one
# answer, revisions, sequences and hash chains hold, every timer happened once, in its time and in its order, and every
# node's state and views are what a fresh replay of the log makes. Fails unless all of that holds.
#
#   tests/acceptance/chaos.sh --minutes N
#
# --assignor NAME   range (default) or cooperative-sticky
# --seed S          of faults and commands; a random one, which is told at the start
# --rate N          commands a second (80)
# --outage          all brokers away for a minute also in a shorter run
# --trim            commands are deleted at the brokers seconds after they were decided; what is examined then are the
#                   answers, and not whether each command that lies there has one
# --keep            keep the nodes' directories and logs; they are kept anyway where something was found
# RASTI_PROGRAM=... the `rasti` to run; default: build/rasti
# CHAOS_PROGRAM=... the test's own program; default: build/tests/acceptance/chaos, built where it is missing
#
# What happens is told on stderr. The last line on stdout is one JSON object; every count of a fault in it is to be 0.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../tools/common.sh"
help_if_asked "$@"

chaos=${CHAOS_PROGRAM:-build/tests/acceptance/chaos}
[[ -x $chaos ]] || tools/build.sh release chaos rasti >&2
exec "$chaos" "$@"
