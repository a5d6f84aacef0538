#!/bin/sh
# Whether this namenode is active or standby, and out of safe mode: data nodes have told it of their blocks.
set -eu
"$(dirname "$0")/namenode-state.sh" >/dev/null
info=$(curl -sSf -m 5 'http://localhost:9870/jmx?get=Hadoop:service=NameNode,name=NameNodeInfo::Safemode')
printf '%s\n' "$info" | grep -q '"Safemode" *: *""' || { printf '%s\n' "$info" | grep Safemode >&2; exit 1; }
