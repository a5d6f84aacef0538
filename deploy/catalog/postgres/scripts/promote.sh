#!/bin/sh
# promote.sh HOST: makes this standby the primary once it has replayed all that the demoted primary at HOST has.
set -eu
from=${1:?usage: promote.sh HOST}
ask() {
  psql -XAtq -v ON_ERROR_STOP=1 "$@"
}
[ "$(ask -c 'select pg_is_in_recovery()')" = t ] || exit 0
last=$(ask "host=$from connect_timeout=5" -c 'select pg_last_wal_replay_lsn() where pg_is_in_recovery()')
[ -n "$last" ] || { echo "promote.sh: $from is not a standby" >&2; exit 1; }
tries=60
until [ "$(ask -c "select pg_last_wal_replay_lsn() >= '$last'")" = t ]; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || { echo "promote.sh: lacks WAL up to $last" >&2; exit 1; }
  sleep 1
done
[ "$(ask -c 'select pg_promote(true, 120)')" = t ] || { echo "promote.sh: not promoted in time" >&2; exit 1; }
