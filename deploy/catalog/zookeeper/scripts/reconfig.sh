#!/bin/sh
# reconfig.sh add ID HOST, or remove ID: changes who votes, as the super user, through this server.
set -eu
case ${1:-} in
  add) change="-add server.${2:?id}=${3:?host}:2888:3888:participant;2181" ;;
  remove) change="-remove ${2:?id}" ;;
  *) echo "usage: reconfig.sh add ID HOST | remove ID" >&2; exit 2 ;;
esac
export CLIENT_JVMFLAGS=-Xmx64m
said=$(printf 'addauth digest super:%s\nreconfig %s\n' "${ZOO_SUPER_PASSWORD:?}" "$change" | zkCli.sh -server localhost:2181 2>&1) || :
case $said in
  *"Committed new configuration"*) ;;
  *) printf '%s\n' "$said" | grep -v addauth | tail -n 5 >&2; exit 1 ;;
esac
