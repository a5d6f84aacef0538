#!/bin/sh
# promote-best.sh 'HOSTS': the primary is lost: promotes the standby that has received most, with replication slots for the rest.
set -eu
hosts=${1:?usage: promote-best.sh 'HOSTS'}
ask() { # host query
  psql -XAtq -v ON_ERROR_STOP=1 "host=$1 connect_timeout=5" -c "$2"
}
best='' most=-1
for host in $hosts; do
  has=$(ask "$host" "select case when pg_is_in_recovery() then
    trunc(greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - '0/0')::text else 'primary' end") || { echo "$host does not answer" >&2; continue; }
  [ "$has" != primary ] || { echo "$host is primary already"; exit 0; }
  [ "$has" -le "$most" ] || { best=$host most=$has; }
done
[ -n "$best" ] || { echo "promote-best.sh: no standby answers" >&2; exit 1; }
for host in $hosts; do
  name=${host%%.*}
  slot=slot_${name##*-}
  [ "$host" = "$best" ] || ask "$best" "select pg_create_physical_replication_slot('$slot', true)
    where not exists (select from pg_replication_slots where slot_name = '$slot')"
done
echo "promoting $best"
[ "$(ask "$best" 'select pg_promote(true, 120)')" = t ] || { echo "promote-best.sh: $best was not promoted in time" >&2; exit 1; }
