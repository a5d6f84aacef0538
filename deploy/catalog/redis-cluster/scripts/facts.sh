#!/bin/sh
# Prints the id by which the cluster knows this member.
set -eu
id=$(redis-cli cluster myid | grep -E '^[0-9a-f]{40}$')
printf '{"nodeId":"%s"}\n' "$id"
