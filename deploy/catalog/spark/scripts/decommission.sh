#!/bin/sh
# Decommissions this worker, by the signal that Spark has for it, and waits until none of its executors and drivers runs any more.
set -eu
worker=$(pgrep -o -f 'org\.apache\.spark\.deploy\.worker\.Worker( |$)') || { echo "no worker runs here" >&2; exit 1; }
kill -s PWR "$worker"
while running=$(pgrep -c -f 'CoarseGrainedExecutorBackend|deploy\.worker\.DriverWrapper'); do
  echo "progress 0 executors and drivers still at work: $running"
  sleep 5
done
