#!/bin/sh
# True for a primary, and for a standby that streams and is less than a WAL segment behind.
set -eu
[ "$(psql -XAtqc "select not pg_is_in_recovery() or exists (select from pg_stat_wal_receiver
  where status = 'streaming' and latest_end_lsn - pg_last_wal_replay_lsn() < 16777216)")" = t ]
