#!/bin/sh
# remove.sh ID MEMBERS REPLICAS: runs in another member: moves the slots of node ID away, and has the cluster forget it.
set -eu
. /troupe/app/common.sh
[ $# = 3 ] || fail "usage: remove.sh ID MEMBERS REPLICAS"
id=$1 wanted=$(wanted_masters "$2" "$3")
! has_slots "$id" || rebalance --cluster-weight "$id=0"
# Fewer members may mean fewer masters: one that is emptied becomes a replica.
while [ "$(masters | wc -l)" -gt "$wanted" ]; do
  spare=$(masters "$id" | sed -n 1p)
  echo "one master less: $spare"
  rebalance --cluster-weight "$spare=0"
  sleep 3
done
tries=60
while nodes | awk -v id="$id" '($1 == id && NF > 8) || $4 == id { found = 1 } END { exit !found }'; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || fail "$id still has slots or replicas"
  sleep 1
done
host=$(nodes | awk -v id="$id" '$1 == id { split($2, part, ","); print part[2] }')
for other in $(hosts); do
  [ "$other" = "$host" ] || forget "$other" "$id"
done
[ -z "$host" ] || redis-cli -h "$host" cluster reset soft
