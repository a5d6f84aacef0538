#!/bin/sh
# Prints what this controller is in the quorum, and the epoch of its leader.
set -eu
export KAFKA_HEAP_OPTS=-Xmx128m
status=$(/opt/kafka/bin/kafka-metadata-quorum.sh --bootstrap-controller localhost:9093 describe --status)
printf '%s\n' "$status" | awk -v id="${KAFKA_NODE_ID:?}" '
  $1 == "LeaderId:" { leader = $2 }
  $1 == "LeaderEpoch:" { epoch = $2 }
  END { if (leader == "" || epoch == "") exit 1; print (leader == id ? "leader" : "follower"), epoch }'
