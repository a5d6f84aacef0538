#!/bin/sh
# wait-decommissioned.sh HOST: waits until all blocks of a data node have enough replicas elsewhere.
set -eu
host=${1:?host of a data node}
while :; do
  report=$(hdfs dfsadmin -report)
  state=$(printf '%s\n' "$report" | awk -v host="$host" '$1 == "Hostname:" { own = $2 == host } own && sub(/^Decommission Status : /, "") { print; exit }')
  case $state in
    Decommissioned) exit 0 ;;
    "Decommission in progress") echo "progress 50 blocks of $host are being replicated elsewhere" ;;
    *) echo "$host is ${state:-unknown to this namenode}" >&2; exit 1 ;;
  esac
  sleep 15
done
