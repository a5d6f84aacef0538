#!/bin/sh
# create.sh REPLICAS 'HOSTS': makes one cluster of members that hold nothing yet.
set -eu
. /troupe/app/common.sh
[ $# = 2 ] || fail "usage: create.sh REPLICAS 'HOSTS'"
replicas=$1 hosts=$2
set --
for host in $hosts; do
  address=$(address_of "$host") || fail "$host has no address yet"
  # What an interrupted attempt left; refused where there are keys.
  redis-cli -h "$address" cluster info | grep -q '^cluster_known_nodes:1.\?$' && redis-cli -h "$address" cluster info | grep -q '^cluster_slots_assigned:0.\?$' ||
    [ "$(redis-cli -h "$address" cluster reset hard)" = OK ] || fail "$host does not answer, or holds data"
  set -- "$@" "$address:6379"
done
redis-cli --cluster create "$@" --cluster-replicas "$replicas" --cluster-yes
