#!/bin/sh
# sees-up.sh HOST: waits until this node sees the node at HOST up and normal (UN).
set -eu
host=${1:?host of the node that joins}
while :; do
  ip=$(getent ahostsv4 "$host" | awk '{ print $1; exit }')
  state=$(nodetool status | awk -v ip="${ip:-none}" '$2 == ip { print $1; exit }')
  if [ "$state" = UN ]; then exit 0; fi
  echo "progress 0 $host is ${state:-not in the ring yet}"
  sleep 10
done
