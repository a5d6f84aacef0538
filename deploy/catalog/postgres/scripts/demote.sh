#!/bin/sh
# demote.sh NAME: stops this primary once the member NAME has its WAL; run.sh starts it again as a standby.
set -eu
to=${1:?usage: demote.sh NAME}
ask() {
  psql -XAtq -v ON_ERROR_STOP=1 -c "$1"
}
[ "$(ask 'select pg_is_in_recovery()')" = f ] || exit 0
[ "$(ask "select exists (select from pg_stat_replication where application_name = '$to' and state = 'streaming'
  and pg_current_wal_lsn() - replay_lsn < 16777216)")" = t ] || { echo "demote.sh: $to does not stream, or is behind" >&2; exit 1; }
touch "$PGDATA/standby.signal" /pgdata/restart
# A fast stop sends standbys all that there is.
pg_ctl stop -D "$PGDATA" -m fast -t 200
tries=60
until pg_isready -q; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || { echo "demote.sh: no start as standby" >&2; exit 1; }
  sleep 1
done
