#!/bin/sh
# Starts etcd. Without data, one that joins or replaces first adds itself as a learner to the members at OTHERS and takes over their list.
set -eu
export ETCD_INITIAL_CLUSTER_STATE=existing
peer=${ETCD_INITIAL_ADVERTISE_PEER_URLS:?}
start=$(cat /troupe/start)
if [ "$start" = bootstrap ]; then
  ETCD_INITIAL_CLUSTER_STATE=new
elif [ ! -d "${ETCD_DATA_DIR:?}/member" ]; then
  [ "$start" = join ] || [ "$start" = replace ] || { echo "no data, and start is $start" >&2; exit 1; }
  members() { etcdctl --endpoints "${OTHERS:?}" member list; }
  members | grep -q ", $peer, " || etcdctl --endpoints "$OTHERS" member add "${ETCD_NAME:?}" --peer-urls="$peer" --learner
  # A member has no name until it has started.
  ETCD_INITIAL_CLUSTER=$(members | awk -F ', ' -v peer="$peer" -v own="$ETCD_NAME" '{ printf "%s%s=%s", (NR > 1 ? "," : ""), ($4 == peer ? own : $3), $4 }')
  export ETCD_INITIAL_CLUSTER
fi
exec etcd
