#!/bin/sh
# decommission.sh FORCE: hands this node's data to the others and leaves the ring; goes on waiting if it was at it already.
set -eu
mode() { nodetool netstats | sed -n 's/^Mode: //p'; }
force=
if [ "${1:?true or false}" = true ]; then force=--force; fi
if [ "$(mode)" = NORMAL ] || [ "$(mode)" = DECOMMISSION_FAILED ]; then
  # shellcheck disable=SC2086
  nodetool decommission $force
fi
while [ "$(mode)" = LEAVING ]; do
  echo "progress 50 data is on its way to the other nodes"
  sleep 10
done
[ "$(mode)" = DECOMMISSIONED ] || { echo "mode: $(mode)" >&2; exit 1; }
