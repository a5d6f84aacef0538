#!/bin/sh
# Starts a namenode, and beside it the controller that elects the active one; formats what is empty, as /troupe/start allows.
set -eu
name=/data/name start=$(cat /troupe/start)
touch /data/exclude
if [ ! -f "$name/current/VERSION" ]; then
  case $start in
    # No namenode has run in this cluster yet: what a broken attempt left behind may be overwritten.
    bootstrap) hdfs namenode -format -force -nonInteractive ;;
    join|replace) hdfs namenode -bootstrapStandby -force -nonInteractive ;;
    *) echo "no file system in $name, and start is $start" >&2; exit 1 ;;
  esac
fi
if [ "$start" = bootstrap ]; then
  code=0
  hdfs zkfc -formatZK -nonInteractive || code=$?
  # 2: it is there.
  case $code in 0|2) ;; *) exit "$code" ;; esac
fi
while :; do hdfs zkfc || :; sleep 5; done &
if [ -n "${UPGRADE_STARTED:-}" ]; then exec hdfs namenode -rollingUpgrade started; fi
exec hdfs namenode
