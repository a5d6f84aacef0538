#!/bin/sh
# registered.sh MASTERS: whether one of the masters (host:port of their pages) counts this worker as alive.
set -eu
masters=${1:?hosts and ports of masters}
pairs() { wget -q -T 4 -O - "http://$1/json/" | tr -d ' \n' | tr ',' '\n'; }
id=$(pairs localhost:8081 | sed -n 's/.*"id":"\(worker-[^"]*\)".*/\1/p' | head -n 1)
[ -n "$id" ] || { echo "this worker does not say who it is" >&2; exit 1; }
for master in $masters; do
  state=$(pairs "$master" | awk -v id="\"id\":\"$id\"" 'index($0, id) { own = 1 } own && sub(/.*"state":"/, "") { sub(/".*/, ""); print; exit }')
  if [ "$state" = ALIVE ]; then exit 0; fi
done
echo "no master counts $id as alive" >&2
exit 1
