import type { Recipe } from "../recipe.ts";
import { java17 } from "./bases.ts";

/** The package for Python holds all of Spark: its jars, scripts and examples. */
export const spark: Recipe = {
  name: "spark",
  version: "4.0.1",
  on: java17,
  user: { name: "spark", id: 185 },
  packages: ["procps", "python3", "python3-pip", "wget"],
  python: true,
  links: { "/opt/spark": "/usr/local/lib/python3.11/dist-packages/pyspark" },
  env: { SPARK_HOME: "/opt/spark", SPARK_DAEMON_JAVA_OPTS: "-XX:+UseSerialGC -XX:TieredStopAtLevel=1" },
  workingFolder: "/opt/spark",
};
