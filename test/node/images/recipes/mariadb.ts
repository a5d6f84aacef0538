import type { Recipe } from "../recipe.ts";
import { trixie } from "./bases.ts";

export const mariadb: Recipe = {
  name: "mariadb",
  version: { ofPackage: "mariadb-server" },
  on: trixie,
  user: { name: "mysql", id: 999 },
  packages: ["galera-4", "mariadb-backup", "mariadb-server", "socat"],
  folders: ["/run/mysqld", "/var/lib/mysql"],
  // Debian's server listens to this machine only; and the package has made a database.
  script: "sed -i '/^bind-address/d' /etc/mysql/mariadb.conf.d/50-server.cnf; find /var/lib/mysql -mindepth 1 -delete",
  entrypoint: ["docker-entrypoint.sh"],
  command: ["mariadbd"],
};
