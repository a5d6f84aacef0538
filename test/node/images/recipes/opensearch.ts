import type { Recipe } from "../recipe.ts";
import { java21 } from "./bases.ts";

export const opensearch: Recipe = {
  name: "opensearch",
  version: "3.5.0",
  on: java21,
  user: { name: "opensearch", id: 1000 },
  packages: ["curl"],
  distribution: { artifact: "org.opensearch.distribution.integ-test-zip:opensearch:3.5.0:zip", to: "/usr/share/opensearch" },
  folders: ["/usr/share/opensearch/config", "/usr/share/opensearch/data", "/usr/share/opensearch/logs"],
  script: "chown -R opensearch: /usr/share/opensearch",
  path: "/usr/share/opensearch/bin",
  env: { OPENSEARCH_JAVA_HOME: "/usr/lib/jvm/java-21-openjdk-amd64" },
  command: ["opensearch"],
  workingFolder: "/usr/share/opensearch",
};
