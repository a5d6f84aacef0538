#!/bin/sh
# Whether this data node is registered with each namenode.
set -eu
info=$(curl -sSf -m 5 'http://localhost:9864/jmx?get=Hadoop:service=DataNode,name=DataNodeInfo::BPServiceActorInfo')
states=$(printf '%s\n' "$info" | grep -o 'ActorState[^,}]*')
printf '%s\n' "$states" | grep -q RUNNING
! printf '%s\n' "$states" | grep -qv RUNNING || { printf '%s\n' "$states" >&2; exit 1; }
