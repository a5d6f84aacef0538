#!/bin/sh
# Starts Cassandra. A node that joins or replaces another is not its own seed: a seed takes no data over from the others.
set -eu
start=$(cat /troupe/start)
seeds=
for host in ${SEED_HOSTS:?}; do
  case $start in join|replace) if [ "$host" = "${MEMBER_HOST:?}" ]; then continue; fi ;; esac
  seeds=${seeds:+$seeds,}$host
done
[ -n "$seeds" ] || { echo "no other node is there to $start" >&2; exit 1; }
if [ "$start" = replace ] && [ -n "${REPLACED_ADDRESS:-}" ]; then
  export JVM_EXTRA_OPTS="${JVM_EXTRA_OPTS:-} -Dcassandra.replace_address_first_boot=$REPLACED_ADDRESS"
fi
export CASSANDRA_SEEDS="$seeds" MAX_HEAP_SIZE="${HEAP_MIB:?}M" HEAP_NEWSIZE="$((HEAP_MIB / 4))M"
exec docker-entrypoint.sh cassandra -f
