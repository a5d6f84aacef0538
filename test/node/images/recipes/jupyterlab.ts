import type { Recipe } from "../recipe.ts";
import { java17 } from "./bases.ts";

export const jupyterlab: Recipe = {
  name: "jupyterlab",
  version: "4.6.6",
  on: java17,
  user: { name: "jovyan", id: 1000 },
  packages: ["procps", "python3", "python3-pip"],
  python: true,
  links: { "/usr/local/bin/python": "/usr/bin/python3", "/usr/local/spark": "/usr/local/lib/python3.11/dist-packages/pyspark" },
  env: { SPARK_HOME: "/usr/local/spark", HOME: "/home/jovyan" },
  command: ["jupyter", "lab", "--ip=0.0.0.0", "--no-browser"],
  workingFolder: "/home/jovyan",
};
