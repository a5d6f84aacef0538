#!/bin/sh
# True while this member is with most of the masters, and, as a replica, in step with its own.
set -eu
redis-cli cluster nodes | awk '$3 ~ /master/ && NF > 8 { all++; if ($3 ~ /myself/ || ($8 == "connected" && $3 !~ /fail/)) up++ }
  END { exit !(up * 2 > all) }'
redis-cli info replication | awk '/^role:slave/ { replica = 1 } /^master_link_status:up/ { up = 1 } END { exit replica && !up }'
