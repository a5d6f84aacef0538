#!/bin/sh
# voting.sh exclude NAME: the manager NAME no longer votes, so that it can go. voting.sh clear: nobody is excluded any more.
set -eu
. /troupe/app/common.sh
case ${1:-} in
exclude) api POST "/_cluster/voting_config_exclusions?node_names=${2:?usage: voting.sh exclude NAME}" ;;
clear) api DELETE '/_cluster/voting_config_exclusions' ;;
*) fail "usage: voting.sh exclude NAME, or voting.sh clear" ;;
esac
