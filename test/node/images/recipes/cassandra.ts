import type { Recipe } from "../recipe.ts";
import { java17 } from "./bases.ts";

export const cassandra: Recipe = {
  name: "cassandra",
  version: "5.0.5",
  on: java17,
  user: { name: "cassandra", id: 999 },
  packages: ["procps", "python3", "python3-pip"],
  jars: { to: "/opt/cassandra/lib", artifacts: ["org.apache.cassandra:cassandra-all:5.0.5"] },
  python: true, // cqlsh
  folders: ["/etc/cassandra", "/var/lib/cassandra", "/var/log/cassandra"],
  script: "chown -R cassandra: /etc/cassandra", // the entry point writes its settings there
  path: "/opt/cassandra/bin",
  env: { CASSANDRA_CONF: "/etc/cassandra", CASSANDRA_HOME: "/opt/cassandra" },
  entrypoint: ["docker-entrypoint.sh"],
  command: ["cassandra", "-f"],
};
