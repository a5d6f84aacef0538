#!/bin/sh
# meet.sh 'HOSTS': tells this member the present addresses of the others, as all of them may have changed.
set -eu
. /troupe/app/common.sh
hosts=${1:?usage: meet.sh 'HOSTS'}
tries=12
while :; do
  linked=0 missing=''
  known=$(nodes)
  for host in $hosts; do
    [ "${host%%.*}" != "$(uname -n)" ] || continue
    address=$(address_of "$host") || address=none
    if echo "$known" | awk -v at="$address:" -v host="$host" '{ split($2, part, ",") }
      index($2, at) == 1 && part[2] == host && $8 == "connected" && $3 !~ /handshake|fail/ { found = 1 } END { exit !found }'; then
      linked=$((linked + 1))
    else
      missing="$missing $host"
      [ "$address" = none ] || redis-cli cluster meet "$address" 6379 >/dev/null
    fi
  done
  [ -n "$missing" ] || exit 0
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || break
  sleep 5
done
# One that is down meets this member when it is back.
[ "$linked" -gt 0 ] || fail "none of the others is reached"
echo "not reached:$missing"
