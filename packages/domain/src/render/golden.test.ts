import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { parseApp } from "../language/app.ts";
import { parseClusterDocument } from "../language/cluster.ts";
import { parseDocuments } from "../language/document.ts";
import { catalogueApp, catalogueCluster, catalogueNames } from "../language/testing/catalogue.ts";
import { exampleOf } from "./testing/example.ts";
import { previewOf } from "./preview.ts";

/** Every object as YAML, reviewed like code: `npx vitest run -u` writes them anew. */

const golden = (name: string) => join(import.meta.dirname, "golden", `${name}.yaml`);
const asText = (objects: readonly unknown[]) => objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })).join("---\n");

describe("objects of a cluster", () => {
  test.each(catalogueNames)("of the catalogue's %s are as reviewed", async (name) => {
    await expect(asText(previewOf(exampleOf(catalogueApp(name), catalogueCluster(name))))).toMatchFileSnapshot(golden(name));
  });

  const covering = join(import.meta.dirname, "golden/cases");
  test.each(readdirSync(covering))("of the case %s, which covers fields of the language, are as reviewed", async (file) => {
    const [app, cluster] = parseDocuments(readFileSync(join(covering, file), "utf8"));
    if (!app || !cluster) throw new Error(`${file} holds an App and a Cluster`);
    await expect(asText(previewOf(exampleOf(parseApp(app), parseClusterDocument(cluster))))).toMatchFileSnapshot(golden(`case-${file.replace(/\.yaml$/, "")}`));
  });
});
