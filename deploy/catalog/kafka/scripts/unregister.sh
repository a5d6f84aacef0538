#!/bin/sh
# unregister.sh ID: makes the cluster forget a broker that is gone; it has no replicas any more, since drain.sh returned.
set -eu
id=${1:?id of the broker that is gone}
export KAFKA_HEAP_OPTS=-Xmx128m
cluster='/opt/kafka/bin/kafka-cluster.sh'
brokers=$("$cluster" list-endpoints --bootstrap-server localhost:9092 --include-fenced-brokers)
printf '%s\n' "$brokers" | awk -v id="$id" '$1 == id { found = 1 } END { exit !found }' || exit 0
"$cluster" unregister --bootstrap-server localhost:9092 --id "$id"
