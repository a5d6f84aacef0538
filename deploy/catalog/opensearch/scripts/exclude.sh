#!/bin/sh
# exclude.sh 'A,B': no shard may be on these nodes; those that are there move. None when empty.
set -eu
. /troupe/app/common.sh
[ $# = 1 ] || fail "usage: exclude.sh 'NAMES'"
names=null
[ -z "$1" ] || names="\"$1\""
set_for_all cluster.routing.allocation.exclude._name "$names"
