#!/bin/sh
# slots.sh keep 'A B': makes these replication slots and drops members' others that nobody uses. slots.sh drop A: drops one.
set -eu
[ $# = 2 ] || { echo "usage: slots.sh keep|drop 'slots'" >&2; exit 2; }
ask() {
  psql -XAtq -v ON_ERROR_STOP=1 -c "$1"
}
case $1 in
keep)
  for slot in $2; do
    ask "select pg_create_physical_replication_slot('$slot', true) where not exists (select from pg_replication_slots where slot_name = '$slot')"
  done
  kept=$(echo "$2" | tr -s ' ' ,)
  ask "select pg_drop_replication_slot(slot_name) from pg_replication_slots
    where slot_name like 'slot\_%' and not active and slot_name <> all ('{$kept}')"
  ;;
drop) ask "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '$2'" ;;
*)
  echo "slots.sh: unknown '$1'" >&2
  exit 2
  ;;
esac
