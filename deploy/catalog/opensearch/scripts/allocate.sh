#!/bin/sh
# Lets shards be placed and moved again.
set -eu
. /troupe/app/common.sh
set_for_all cluster.routing.allocation.enable null
