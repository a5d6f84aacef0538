#!/bin/sh
# Starts MariaDB as this start asks: with a new database, as the first of a cluster that was down, or as one that joins the others.
set -eu
data=/var/lib/mysql
state=$data/grastate.dat # there once a server has run with replication, so after a database was made in full

recovered() { # an option that says what this member has seen last, where a crash has left that open
  if grep -q '^seqno: *-1' "$state"; then galera_recovery; fi
}
first() { # the others join this one
  position=$(recovered)
  sed -i 's/^safe_to_bootstrap:.*/safe_to_bootstrap: 1/' "$state"
  exec mariadbd --wsrep-new-cluster $position
}
alone() { # there is no other member, and there was none when it ran last
  members=$(tr ',{}' '\n' </troupe/context.json | grep -c '^ *"host"')
  last=$(grep -c '^member:' $data/gvwstate.dat 2>/dev/null) || last=0
  [ "$members" = 1 ] && [ "$last" -le 1 ]
}

start=$(cat /troupe/start)
case $start in
bootstrap)
  [ ! -e "$state" ] || first
  find $data -mindepth 1 ! -path "$data/lost+found*" -delete # what an interrupted start has left
  exec docker-entrypoint.sh mariadbd --wsrep-new-cluster
  ;;
join | replace) exec mariadbd ;;
rejoin)
  [ -e "$state" ] || { echo "run.sh: $state is missing: replace this member" >&2; exit 1; }
  ! alone || first
  exec mariadbd $(recovered)
  ;;
revive) first ;;
*)
  echo "run.sh: unknown start '$start'" >&2
  exit 1
  ;;
esac
