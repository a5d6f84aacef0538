#!/bin/sh
# drain.sh ID STAY: moves all replicas of broker ID to live brokers among STAY (1,2,3), least loaded first; waits until it has none.
set -eu
id=${1:?id of the broker that leaves} stay=${2:?ids of the brokers that stay}
export KAFKA_HEAP_OPTS=-Xmx256m
kafka=/opt/kafka/bin server='--bootstrap-server localhost:9092' first=
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
while :; do
  # shellcheck disable=SC2086
  "$kafka/kafka-cluster.sh" list-endpoints $server --include-fenced-brokers >"$work/brokers"
  # shellcheck disable=SC2086
  "$kafka/kafka-topics.sh" $server --describe >"$work/topics"
  live=$(awk '$(NF - 1) == "unfenced" { printf "%s,", $1 }' "$work/brokers")
  left=$(awk -v id="$id" -v stay="$stay" -v live="$live" -v plan="$work/plan.json" -f "$(dirname "$0")/plan.awk" "$work/topics")
  if [ "$left" -eq 0 ]; then break; fi
  if [ -s "$work/plan.json" ]; then
    # shellcheck disable=SC2086
    "$kafka/kafka-reassign-partitions.sh" $server --reassignment-json-file "$work/plan.json" --execute --additional >"$work/out" || { cat "$work/out" >&2; exit 1; }
  fi
  first=${first:-$left}
  if [ "$left" -gt "$first" ]; then first=$left; fi
  echo "progress $((100 * (first - left) / first)) $left partitions are still on broker $id"
  sleep 15
done
echo "progress 100 no partition is left on broker $id"
