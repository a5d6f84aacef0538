#!/bin/sh
# Prints whether this manager is the elected one, and then the term.
set -eu
. /troupe/app/common.sh
answer=$(api GET '/_cat/cluster_manager?h=node') # on its own line: a pipe would hide that nobody answers
elected=$(printf '%s' "$answer" | tr -d ' \n')
if [ "$elected" = "$NODE_NAME" ]; then
  echo "elected $(api GET '/_cluster/state/metadata?filter_path=metadata.cluster_coordination.term' | tr -cd 0-9)"
else
  echo eligible
fi
