import type { Recipe } from "../recipe.ts";
import { trixie } from "./bases.ts";

export const postgres: Recipe = {
  name: "postgres",
  version: { ofPackage: "postgresql-17" },
  on: trixie,
  user: { name: "postgres", id: 999 },
  packages: ["postgresql-17"],
  script: "pg_dropcluster 17 main", // that the package has made
  folders: ["/var/lib/postgresql/data", "/run/postgresql"],
  path: "/usr/lib/postgresql/17/bin",
  env: { LANG: "C.UTF-8", PGDATA: "/var/lib/postgresql/data" },
  command: ["postgres"],
};
