#!/bin/sh
# Prints what others need to know of this node once it is lost: its host id and its address, as JSON.
set -eu
id=$(nodetool info | awk '$1 == "ID" { print $3; exit }')
ip=$(hostname -i | awk '{ print $1; exit }')
[ -n "$id" ] && [ -n "$ip" ] || { echo "host id or address unknown" >&2; exit 1; }
printf '{"hostId":"%s","ip":"%s"}\n' "$id" "$ip"
