#!/bin/sh
# exclude.sh hdfs|yarn HOSTS [SECONDS]: makes HOSTS, maybe none, all that is excluded here; yarn: waits at most SECONDS for their containers.
set -eu
what=${1:?hdfs or yarn} hosts=${2?hosts, or an empty text}
# shellcheck disable=SC2086
for host in $hosts; do echo "$host"; done >/data/exclude.next
mv /data/exclude.next /data/exclude
case $what in
  # Of this namenode alone: the list of the other may not have been written yet.
  hdfs) hdfs dfsadmin -fs "hdfs://localhost:8020" -refreshNodes ;;
  yarn) yarn rmadmin -refreshNodes -g "${3:?seconds}" -client ;;
  *) echo "usage: exclude.sh hdfs|yarn HOSTS [SECONDS]" >&2; exit 2 ;;
esac
