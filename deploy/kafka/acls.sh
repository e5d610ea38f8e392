#!/usr/bin/env bash
# The rights at Kafka's brokers that a role needs, and no more, as commands of Kafka's own tool.
#
#   deploy/kafka/acls.sh ROLE PRINCIPAL        prints them; review them and pipe them into sh
#
#   engine      rasti run: decides. Reads and writes all topics, is a member of the group, writes transactions
#   submitter   a portal or another system: writes commands, reads results
#   gateway     rasti serve-views: shows cases and takes commands. Reads events and definitions, writes commands, reads results
#   connector   sends messages or feeds figures: what a gateway needs, and reads the outbox
#   auditor     replays and verifies: reads events and definitions
#   operator    rasti topics: makes and mends topics, publishes definitions, sees to dead letters
#
# PRINCIPAL      as the brokers call the user: User:engine
# --prefix P     of all topics (rasti.)
# --group G      of the engine's nodes (rasti-engine)
# --tool T       how Kafka's tool is called (kafka-acls.sh --bootstrap-server "$BROKERS" --command-config "$ADMIN")
# --remove yes   takes the rights away again (no)
#
#   BROKERS=broker-1:9092 ADMIN=admin.properties; export BROKERS ADMIN
#   deploy/kafka/acls.sh engine User:engine | sh
set -euo pipefail

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 2
}
usage() { sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p}' "$0"; }

if [[ ${1-} == --help || $# -lt 2 ]]; then
  usage
  [[ ${1-} == --help ]] && exit 0 || exit 2
fi
role=$1 principal=$2
shift 2
# shellcheck disable=SC2016  # for the shell that runs what is printed
prefix=rasti. group=rasti-engine remove=no tool='kafka-acls.sh --bootstrap-server "$BROKERS" --command-config "$ADMIN"'
while (($#)); do
  (($# > 1)) || die "$1 wants a value; see --help"
  case $1 in
    --prefix) prefix=$2 ;;
    --group) group=$2 ;;
    --tool) tool=$2 ;;
    --remove) remove=$2 ;;
    *) die "unknown option '$1'; see --help" ;;
  esac
  shift 2
done
[[ $principal == *:* ]] || die "principal '$principal': as the brokers call it, such as User:$principal"
action=--add
[[ $remove == yes ]] && action='--remove --force'

# allow "OPERATION..." RESOURCE...
allow() {
  local operations=() operation
  for operation in $1; do operations+=(--operation "$operation"); done
  shift
  printf '%s %s --allow-principal %q %s' "$tool" "$action" "$principal" "${operations[*]}"
  printf ' %q' "$@"
  printf '\n'
}
topics() {
  local name
  for name in "$@"; do resources+=(--topic "$prefix$name"); done
}
# allow_topics "OPERATION..." TOPIC...
allow_topics() {
  local allowed=$1 resources=()
  shift
  topics "$@"
  allow "$allowed" "${resources[@]}"
}
# What `rasti` looks at before it trusts a log: that its topics are there and set as they must be. No records.
allow_looking() { allow 'Describe DescribeConfigs' --resource-pattern-type prefixed --topic "$prefix"; }

case $role in
  engine)
    allow_looking
    allow_topics 'Read Write' commands followups events results outbox definitions dead-letters keys checkpoints
    # Records that were decided and are old.
    allow_topics 'Delete' commands followups
    allow 'Read' --group "$group"
    allow 'Describe Write' --resource-pattern-type prefixed --transactional-id "$group-"
    ;;
  submitter)
    allow_topics 'Describe Write' commands
    allow_topics 'Describe Read' results
    ;;
  gateway)
    allow_looking
    allow_topics 'Read' events definitions results
    allow_topics 'Write' commands
    ;;
  connector)
    allow_looking
    allow_topics 'Read' events definitions outbox results
    allow_topics 'Write' commands
    ;;
  auditor)
    allow_looking
    allow_topics 'Read' events definitions checkpoints
    ;;
  operator)
    allow 'Create Describe DescribeConfigs AlterConfigs' --resource-pattern-type prefixed --topic "$prefix"
    allow_topics 'Read Write' definitions dead-letters
    allow_topics 'Read' results
    allow_topics 'Write' commands
    ;;
  *) die "role '$role' is none of engine, submitter, gateway, connector, auditor, operator; see --help" ;;
esac
