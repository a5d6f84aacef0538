#!/bin/sh
# Prints follower or leader and the epoch; fails while this server serves nobody, which is while it is in no quorum.
set -eu
answer=$(echo srvr | nc -w 2 localhost 2181)
mode=$(printf '%s\n' "$answer" | sed -n 's/^Mode: //p')
zxid=$(printf '%s\n' "$answer" | sed -n 's/^Zxid: 0x//p')
[ -n "$mode" ] || { echo "serves nobody: $answer" >&2; exit 1; }
case $mode in leader) ;; *) mode=follower ;; esac
# The upper 32 of 64 bits count elections.
case $zxid in ?????????*) epoch=${zxid%????????} ;; *) epoch=0 ;; esac
echo "$mode $((0x$epoch))"
