#!/bin/sh
# Makes the data that this start needs (a new database, a copy of the primary's, or a rewind), then runs the server as its child.
set -eu
umask 077
conf=/etc/pg/postgresql.conf
complete=/pgdata/complete # stands beside data that a server may start on
name=$(uname -n)
slot=slot_${name##*-}
child='' code=0 stopping='' signal=TERM

fail() {
  echo "run.sh: $*" >&2
  exit 1
}
stop() {
  stopping=1
  [ -n "$child" ] || exit 0
  kill -"$signal" "$child" 2>/dev/null || :
}
trap stop INT TERM

# Runs a command as the child, so that a stop reaches it at once; leaves its exit code in $code.
await() {
  "$@" &
  child=$!
  while :; do
    code=0
    wait "$child" || code=$?
    kill -0 "$child" 2>/dev/null || break
  done
  child=''
  [ -z "$stopping" ] || exit "$code"
}
ask() { # host query
  psql -XAtq -v ON_ERROR_STOP=1 "host=$1 connect_timeout=5" -c "$2"
}
primary() { # the host of the other member that is primary, if there is one
  tr ',{}' '\n' </troupe/context.json | sed -n 's/^ *"host" *: *"\([^"]*\)".*/\1/p' | while read -r host; do
    [ "${host%%.*}" != "$name" ] || continue
    [ "$(ask "$host" 'select pg_is_in_recovery()' 2>/dev/null)" != f ] || { echo "$host" && break; }
  done
}
drop_slot() { # at host $1
  ask "$1" "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '$slot' and not active"
}
make_slot() {
  ask "$1" "select pg_create_physical_replication_slot('$slot', true) where not exists (select from pg_replication_slots where slot_name = '$slot')"
}

create() {
  rm -rf "$PGDATA"
  echo "$PGPASSWORD" >/pgdata/password
  await initdb --pgdata="$PGDATA" --username=postgres --pwfile=/pgdata/password --auth=scram-sha-256 --encoding=UTF8 --data-checksums
  rm -f /pgdata/password
  [ "$code" = 0 ] || fail "initdb ended with $code"
  said=$(echo "create role replication login replication password '$REPLICATION_PASSWORD'" | postgres --single -D "$PGDATA" postgres 2>&1)
  case $said in *ERROR:* | *FATAL:*) fail "the role replication was not made" ;; esac
  sync
  touch "$complete"
}
copy() {
  until from=$(primary) && [ -n "$from" ]; do
    echo "waiting for a primary to copy"
    await sleep 5
  done
  rm -rf "$PGDATA"
  drop_slot "$from"
  make_slot "$from"
  await env PGPASSWORD="$REPLICATION_PASSWORD" pg_basebackup -h "$from" -U replication -D "$PGDATA" -X stream -S "$slot" -c fast -w
  [ "$code" = 0 ] || fail "pg_basebackup from $from ended with $code"
  touch "$PGDATA/standby.signal"
  sync
  touch "$complete"
}
rewind() { # what this former primary has and the present one does not is thrown away
  from=$(primary)
  [ -n "$from" ] || return 0
  echo "$from is primary: rewinding to it"
  set -- --target-pgdata="$PGDATA" --config-file="$conf" --source-server="host=$from user=$PGUSER dbname=postgres"
  await postgres --single -D "$PGDATA" -c config_file="$conf" template1 # recovers from a crash, which pg_rewind wants done
  await pg_rewind --dry-run "$@"
  [ "$code" = 0 ] || fail "pg_rewind is not possible: replace this member"
  rm -f "$complete"
  await pg_rewind "$@"
  [ "$code" = 0 ] || fail "pg_rewind ended with $code: replace this member"
  make_slot "$from"
  touch "$PGDATA/standby.signal"
  sync
  touch "$complete"
}

start=$(cat /troupe/start)
case $start in
bootstrap) [ -e "$complete" ] || create ;;
join | replace) [ -e "$complete" ] || copy ;;
rejoin | revive)
  [ -e "$complete" ] || fail "the data is incomplete: replace this member"
  [ -e "$PGDATA/standby.signal" ] || rewind
  ;;
*) fail "unknown start '$start'" ;;
esac

while :; do
  set --
  if [ -e "$PGDATA/standby.signal" ]; then
    # A standby refuses to start with less than its primary has had.
    for setting in max_connections max_worker_processes max_wal_senders; do
      least=$(pg_controldata "$PGDATA" | sed -n "s/^$setting setting: *//p")
      [ "$(postgres -D "$PGDATA" -c config_file="$conf" -C "$setting")" -ge "$least" ] || set -- "$@" -c "$setting=$least"
    done
  fi
  rm -f /pgdata/restart
  signal=INT
  await postgres -D "$PGDATA" -c config_file="$conf" "$@"
  [ -e /pgdata/restart ] || exit "$code" # demote.sh asks for a start as standby
done
