#!/bin/sh
# create.sh REPLICAS 'HOSTS': makes one cluster of members that hold nothing yet.
set -eu
. /troupe/app/common.sh
[ $# = 2 ] || fail "usage: create.sh REPLICAS 'HOSTS'"
replicas=$1 hosts=$2
set --
for host in $hosts; do
  address=$(address_of "$host") || fail "$host has no address yet"
  info=$(redis-cli -h "$address" cluster info)
  case $info in
  *cluster_slots_assigned:0*cluster_known_nodes:1[!0-9]*) ;; # new
  *) # what an interrupted attempt left; refused where there are keys
    said=$(redis-cli -h "$address" cluster reset hard)
    [ "$said" = OK ] || fail "$host: $said"
    ;;
  esac
  set -- "$@" "$address:6379"
done
redis-cli --cluster create "$@" --cluster-replicas "$replicas" --cluster-yes
