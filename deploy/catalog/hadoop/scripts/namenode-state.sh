#!/bin/sh
# namenode-state.sh [STATE]: prints active or standby and when that began, in ms; with an argument, fails unless it is that.
set -eu
status=$(curl -sSf -m 5 'http://localhost:9870/jmx?qry=Hadoop:service=NameNode,name=NameNodeStatus')
value() { printf '%s\n' "$status" | sed -n "s/.*\"$1\" *: *\"\{0,1\}\([^\",]*\).*/\1/p"; }
state=$(value State)
case $state in active|standby) ;; *) echo "state: $state" >&2; exit 1 ;; esac
echo "$state $(value LastHATransitionTime)"
[ "${1:-$state}" = "$state" ]
