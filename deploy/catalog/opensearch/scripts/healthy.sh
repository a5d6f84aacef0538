#!/bin/sh
# True when the elected manager knows this node, and none of the shards that it has, or had when it stopped, is still to be recovered.
set -eu
. /troupe/app/common.sh
id=$(api GET '/_cat/nodes?full_id=true&h=id,name' | sed -n "s/^ *\([^ ]*\) *$NODE_NAME *$/\1/p")
[ -n "$id" ] || fail "not in the cluster"
shards=$(api GET '/_cat/shards?h=state,node,unassigned.details')
! echo "$shards" | grep -qE "^INITIALIZING +$NODE_NAME( |\$)|^UNASSIGNED .*\[$id\]"
