#!/bin/sh
# True when every index has all its primary shards somewhere.
set -eu
. /troupe/app/common.sh
red=$(api GET '/_cat/indices?health=red&h=index')
[ -z "$red" ] || fail "without a primary shard:" $red
