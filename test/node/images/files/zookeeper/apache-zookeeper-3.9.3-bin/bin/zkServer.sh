#!/bin/sh
# zkServer.sh start-foreground FILE: a ZooKeeper server with the settings in FILE.
set -eu
home=$(dirname "$(dirname "$(readlink -f "$0")")")
[ "${1:-}" = start-foreground ] || { echo "usage: zkServer.sh start-foreground FILE" >&2; exit 2; }
# shellcheck disable=SC2086
exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "-Xmx${ZK_SERVER_HEAP:-1000}m" ${SERVER_JVMFLAGS:-} -cp "${ZOOCFGDIR:-/conf}:$home/lib/*" \
  org.apache.zookeeper.server.quorum.QuorumPeerMain "${2:-${ZOOCFGDIR:-/conf}/zoo.cfg}"
