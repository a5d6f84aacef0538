#!/bin/sh
# empty.sh NAME: true when the node NAME is there and has no shard any more. One that is away has not given its shards to anybody.
set -eu
. /troupe/app/common.sh
name=${1:?usage: empty.sh NAME}
api GET '/_cat/nodes?h=name' | grep -qE "^ *$name *\$" || fail "$name is not in the cluster"
shards=$(api GET '/_cat/shards?h=node')
! echo "$shards" | grep -qE "^ *$name( |\$)"
