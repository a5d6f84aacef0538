#!/bin/sh
# Prints the number of the last transaction that this member has seen, before it starts.
set -eu
seqno=$(sed -n 's/^seqno: *//p' /var/lib/mysql/grastate.dat)
if [ "${seqno:?grastate.dat holds no seqno}" = -1 ]; then
  position=$(galera_recovery)
  seqno=${position##*:}
fi
echo "${seqno:?nothing was recovered}"
