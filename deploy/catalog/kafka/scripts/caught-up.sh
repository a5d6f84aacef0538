#!/bin/sh
# Whether this controller votes and, by the leader's clock, had all of the metadata log within the last 15 seconds.
set -eu
export KAFKA_HEAP_OPTS=-Xmx128m
replicas=$(/opt/kafka/bin/kafka-metadata-quorum.sh --bootstrap-controller localhost:9093 describe --replication)
printf '%s\n' "$replicas" | awk -v id="${KAFKA_NODE_ID:?}" '
  NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
  { caught = $column["LastCaughtUpTimestamp"]; status = $column["Status"] }
  status == "Leader" { now = caught }
  $1 == id && (status == "Leader" || status == "Follower") { own = caught }
  END { exit !(own != "" && now - own <= 15000) }'
