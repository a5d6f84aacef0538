#!/bin/sh
# member.sh promote|remove|lead|votes|absent HOST: acts on the member at HOST, or tells what it is, as this member's cluster knows it.
set -eu
host=${2:?host of a member}
list=$(etcdctl member list)
line=$(printf '%s\n' "$list" | awk -F ', ' -v peer="http://$host:2380" '$4 == peer')
id=${line%%,*}
case ${1:-} in
  votes) case $line in *", false") ;; *) exit 1 ;; esac ;;
  absent) [ -z "$line" ] ;;
  promote) etcdctl member promote "${id:?is not a member}" ;;
  remove) [ -z "$id" ] || etcdctl member remove "$id" ;;
  lead)
    now=$("$(dirname "$0")/standing.sh")
    case $now in leader*) etcdctl move-leader "${id:?is not a member}" ;; esac ;;
  *) echo "usage: member.sh promote|remove|lead|votes|absent HOST" >&2; exit 2 ;;
esac
