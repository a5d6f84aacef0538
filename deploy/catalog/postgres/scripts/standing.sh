#!/bin/sh
# Prints what this member is; a primary also its timeline, which rises with each promotion.
set -eu
psql -XAtqc "select case when pg_is_in_recovery() then 'standby'
  else 'primary ' || ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int end"
