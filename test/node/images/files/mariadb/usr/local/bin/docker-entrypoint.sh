#!/bin/sh
# Makes a database where there is none, with the users that MARIADB_* variables ask for, and starts what the arguments say.
set -eu
data=/var/lib/mysql
if [ ! -d "$data/mysql" ]; then
  mariadb-install-db --datadir="$data" --auth-root-authentication-method=normal --skip-test-db >&2
  {
    echo "FLUSH PRIVILEGES;" # rights are not looked at until they are read
    echo "SET PASSWORD FOR root@localhost = PASSWORD('${MARIADB_ROOT_PASSWORD:?}');"
    echo "CREATE USER root@'%' IDENTIFIED BY '$MARIADB_ROOT_PASSWORD';"
    echo "GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;"
    if [ -n "${MARIADB_MYSQL_LOCALHOST_USER:-}" ]; then
      echo "CREATE OR REPLACE USER mysql@localhost IDENTIFIED VIA unix_socket;"
      echo "GRANT ${MARIADB_MYSQL_LOCALHOST_GRANTS:-USAGE} ON *.* TO mysql@localhost;"
    fi
  } | mariadbd --bootstrap --datadir="$data" --wsrep-on=OFF >&2
fi
exec "$@"
