#!/bin/sh
# flush.sh KIND: before a stop: writes what is only in the log, and, unless all stop, keeps replicas from moving while this node is away.
set -eu
. /troupe/app/common.sh
[ "${1:?usage: flush.sh KIND}" = stop ] || set_for_all cluster.routing.allocation.enable '"primaries"'
api POST /_flush >/dev/null || echo "not all was flushed"
