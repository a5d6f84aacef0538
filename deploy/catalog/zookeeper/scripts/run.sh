#!/bin/sh
# Starts the server: the settings of /conf/zoo.cfg, and the membership that the ensemble gave last, or ZOO_SERVERS for one that is in none.
set -eu
conf=/data/conf now=
mkdir -p "$conf"
printf '%s\n' "${ZOO_MY_ID:?}" >/data/myid
if [ -f "$conf/zoo.cfg" ]; then now=$(sed -n 's/^dynamicConfigFile=//p' "$conf/zoo.cfg" | tail -n 1); fi
if [ ! -f "$now" ] || ! grep -q "^server\.$ZOO_MY_ID=" "$now"; then
  now=$conf/zoo.cfg.dynamic
  # shellcheck disable=SC2086
  printf '%s\n' ${ZOO_SERVERS:?} >"$now"
fi
{ cat /conf/zoo.cfg; printf '\ndynamicConfigFile=%s\n' "$now"; } >"$conf/zoo.cfg.next"
mv "$conf/zoo.cfg.next" "$conf/zoo.cfg"
home=$(dirname "$(dirname "$(command -v zkServer.sh)")")
digest=$(java -Xmx32m -cp "$home/lib/*" org.apache.zookeeper.server.auth.DigestAuthenticationProvider "super:${ZOO_SUPER_PASSWORD:?}" | sed -n 's/^.*->//p')
export SERVER_JVMFLAGS="-Dzookeeper.DigestAuthenticationProvider.superDigest=${digest:?} ${SERVER_JVMFLAGS:-}"
exec zkServer.sh start-foreground "$conf/zoo.cfg"
