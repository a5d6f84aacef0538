#!/bin/sh
# wait-dead.sh HOST: waits until the namenode counts a lost data node as dead and no block is missing without it.
set -eu
host=${1:?host of a data node}
while hdfs dfsadmin -report -live | grep -qx "Hostname: $host"; do
  echo "progress 0 $host still counts as alive"
  sleep 30
done
while :; do
  state=$(curl -sSf -m 5 'http://localhost:9870/jmx?qry=Hadoop:service=NameNode,name=FSNamesystem')
  missing=$(printf '%s\n' "$state" | sed -n 's/.*"MissingBlocks" *: *\([0-9]*\).*/\1/p')
  if [ "${missing:?not told}" -eq 0 ]; then exit 0; fi
  echo "progress 50 $missing blocks are on no other data node"
  sleep 30
done
