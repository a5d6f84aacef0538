#!/bin/sh
# Whether this broker is in sync with every partition that it is a settled replica of.
set -eu
export KAFKA_HEAP_OPTS=-Xmx128m
behind=$(/opt/kafka/bin/kafka-topics.sh --bootstrap-server localhost:9092 --describe --under-replicated-partitions)
printf '%s\n' "$behind" | awk -F '\t' -v id="${KAFKA_NODE_ID:?}" '
  function holds(name,   i) {
    for (i = 1; i <= NF; i++) if (index($i, name ": ") == 1) return index("," substr($i, length(name) + 3) ",", "," id ",") > 0
    return 0
  }
  holds("Replicas") && !holds("Isr") && !holds("Adding Replicas") { bad = 1 }
  END { exit bad }'
