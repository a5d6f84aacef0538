#!/bin/sh
# True while this member is in the part of the cluster that has the majority, and has all that the others have.
set -eu
status=$(mariadb -umysql -NBe "SHOW STATUS LIKE 'wsrep\_%st%'")
echo "$status" | grep -q '^wsrep_cluster_status.Primary$'
echo "$status" | grep -q '^wsrep_local_state_comment.Synced$'
