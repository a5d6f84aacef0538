#!/bin/sh
# Reads the settings again; says `restart` where one of them needs that.
set -eu
psql -XAtqc 'select pg_reload_conf()' >/dev/null
sleep 2
[ "$(psql -XAtqc 'select exists (select from pg_settings where pending_restart)')" = f ] || echo restart
