#!/bin/sh
# The command line client.
set -eu
home=$(dirname "$(dirname "$(readlink -f "$0")")")
# shellcheck disable=SC2086
exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "-Xmx${ZK_CLIENT_HEAP:-256}m" ${CLIENT_JVMFLAGS:-} -cp "${ZOOCFGDIR:-/conf}:$home/lib/*" org.apache.zookeeper.ZooKeeperMain "$@"
