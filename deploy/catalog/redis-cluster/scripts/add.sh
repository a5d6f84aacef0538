#!/bin/sh
# add.sh HOST MEMBERS REPLICAS: runs in another member: takes HOST in, as a master with its share of the slots or as a replica.
set -eu
. /troupe/app/common.sh
[ $# = 3 ] || fail "usage: add.sh HOST MEMBERS REPLICAS"
host=$1 wanted=$(wanted_masters "$2" "$3")
address=$(address_of "$host") || fail "$host has no address"
id=$(redis-cli -h "$address" cluster myid | grep -E '^[0-9a-f]{40}$') || fail "$host does not answer"
tries=60
until nodes | awk -v id="$id" '$1 == id && $8 == "connected" && $3 !~ /handshake|fail/ { found = 1 } END { exit !found }'; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || fail "$host was not met"
  redis-cli cluster meet "$address" 6379 >/dev/null
  sleep 1
done
tries=120
for other in $(hosts); do # by gossip; only then it can take slots, and be removed or replaced
  until redis-cli -h "$other" cluster nodes | grep -q "^$id "; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || fail "$other has not heard of $host"
    sleep 1
  done
done
if has_slots "$id" || [ "$(masters | wc -l)" -lt "$wanted" ]; then
  rebalance --cluster-use-empty-masters
elif nodes | awk -v id="$id" '$1 == id && $3 ~ /master/ { found = 1 } END { exit !found }'; then
  master=$(masters | sed -n 1p)
  echo "replica of ${master:?there is no master}"
  said=$(redis-cli -h "$address" cluster replicate "$master")
  [ "$said" = OK ] || fail "$host: $said"
fi
