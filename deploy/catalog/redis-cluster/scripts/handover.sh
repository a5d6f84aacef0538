#!/bin/sh
# Lets a replica of this master take over; without one its slots are away while it is.
set -eu
. /troupe/app/common.sh
is_master() {
  [ "$(redis-cli role | sed -n 1p)" = master ]
}
is_master || exit 0
replica=$(nodes | awk -v me="$(redis-cli cluster myid)" '$4 == me && $3 ~ /slave/ && $3 !~ /fail/ && $8 == "connected" {
  split($2, part, ","); print part[2]; exit }')
[ -n "$replica" ] || { echo "there is no replica to take over"; exit 0; }
said=$(redis-cli -h "$replica" cluster failover)
[ "$said" = OK ] || fail "$replica: $said"
tries=30
while is_master; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || fail "$replica has not taken over"
  sleep 1
done
