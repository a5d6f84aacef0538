#!/bin/sh
# Whether this node is a full member of the ring: not starting, joining, leaving or drained.
set -eu
mode=$(nodetool netstats | sed -n 's/^Mode: //p')
[ "$mode" = NORMAL ] || { echo "mode: $mode" >&2; exit 1; }
