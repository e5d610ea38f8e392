#!/usr/bin/env bash
# Prepares the log of compose.yaml: topics, the registry of submitters, packages. Run again it changes nothing.
set -euo pipefail
export RASTI_BROKERS=${RASTI_BROKERS:-broker-1:9092,broker-2:9092,broker-3:9092}
directory=${1:-/var/lib/rasti/setup}
packages=${2:-/usr/local/share/rasti/workflows}

rasti topics create --partitions "${RASTI_PARTITIONS:-8}" --replicas "${RASTI_REPLICAS:-3}"
# Made beside its place: what an interrupted run left behind is not taken for the whole.
if [[ ! -d $directory ]]; then
  rm -rf "$directory.new"
  rasti init --data "$directory.new" --log kafka --node setup --packages "$packages"
  mv "$directory.new" "$directory"
fi
