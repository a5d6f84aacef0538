#!/bin/sh
# Prints what this member is; a master without slots may go like a replica.
set -eu
redis-cli cluster nodes | awk '$3 ~ /myself/ { print ($3 ~ /master/ && NF > 8) ? "master" : "replica"; found = 1 } END { exit !found }'
