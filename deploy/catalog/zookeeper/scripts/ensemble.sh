#!/bin/sh
# ensemble.sh has|lacks ID: whether server ID votes, or is in no way a member, in the ensemble that this server is part of.
set -eu
id=${2:?id of a server}
answer=$(echo conf | nc -w 2 localhost 2181)
printf '%s\n' "$answer" | grep -q '^membership:' || { echo "serves nobody: $answer" >&2; exit 1; }
case ${1:-} in
  has) printf '%s\n' "$answer" | grep -q "^server\.$id=.*:participant" ;;
  lacks) ! printf '%s\n' "$answer" | grep -q "^server\.$id=" ;;
  *) echo "usage: ensemble.sh has|lacks ID" >&2; exit 2 ;;
esac
