#!/bin/sh
# absent.sh HOSTID: whether this node knows no node of that host id any more.
set -eu
id=${1:?host id}
status=$(nodetool status)
case $status in *"$id"*) exit 1 ;; *"Host ID"*) ;; *) echo "no status: $status" >&2; exit 1 ;; esac
