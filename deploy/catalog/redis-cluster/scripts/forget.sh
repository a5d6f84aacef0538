#!/bin/sh
# forget.sh ID 'HOSTS': has these members forget the lost node ID; all of them within a minute, or they hear of it again.
set -eu
. /troupe/app/common.sh
[ $# = 2 ] || fail "usage: forget.sh ID 'HOSTS'"
! has_slots "$1" || fail "$1 still has slots that no replica has taken over: what they held is lost with it"
for host in $2; do
  forget "$host" "$1"
done
