#!/bin/sh
# Starts Redis, which tells the others the address that this pod has now.
set -eu
address=$(getent ahosts "$(uname -n)" | cut -d ' ' -f 1 | sed -n 1p)
exec redis-server /etc/redis/redis.conf --cluster-announce-ip "${address:?the address of this pod is not known}"
