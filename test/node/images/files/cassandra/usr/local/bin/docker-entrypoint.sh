#!/bin/bash
# Writes CASSANDRA_* variables into cassandra.yaml and cassandra-rackdc.properties, and starts what the arguments say.
set -eu
conf=${CASSANDRA_CONF:-/etc/cassandra}
address=$(hostname -i | awk '{ print $1 }')
: "${CASSANDRA_LISTEN_ADDRESS:=$address}" "${CASSANDRA_RPC_ADDRESS:=0.0.0.0}"
[ "$CASSANDRA_LISTEN_ADDRESS" != auto ] || CASSANDRA_LISTEN_ADDRESS=$address
: "${CASSANDRA_BROADCAST_ADDRESS:=$CASSANDRA_LISTEN_ADDRESS}"
: "${CASSANDRA_BROADCAST_RPC_ADDRESS:=$CASSANDRA_BROADCAST_ADDRESS}" "${CASSANDRA_SEEDS:=$CASSANDRA_BROADCAST_ADDRESS}"

change() { # file pattern replacement: in place without a new file, as the folder may belong to another user
  local changed
  changed=$(sed -r "s|$2|$3|" "$1")
  printf '%s\n' "$changed" >"$1"
}
change "$conf/cassandra.yaml" '(- seeds:).*' "\1 \"$CASSANDRA_SEEDS\""
for name in broadcast_address broadcast_rpc_address cluster_name endpoint_snitch listen_address num_tokens rpc_address; do
  variable=CASSANDRA_${name^^}
  [ -z "${!variable:-}" ] || change "$conf/cassandra.yaml" "^(# )?($name:).*" "\2 ${!variable}"
done
for name in dc rack; do
  variable=CASSANDRA_${name^^}
  [ -z "${!variable:-}" ] || change "$conf/cassandra-rackdc.properties" "^($name=).*" "\1${!variable}"
done
exec "$@"
