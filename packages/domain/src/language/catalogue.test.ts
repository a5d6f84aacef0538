import { describe, expect, test } from "vitest";
import { canonicalJson } from "../canonical.ts";
import { definitionOf, parseApp } from "./app.ts";
import { checkSpec } from "./check-spec.ts";
import { documentOfValue } from "./document.ts";
import { catalogueApp, catalogueCluster, catalogueEntry, catalogueNames } from "./testing/catalogue.ts";

/** All but one, which is several applications. */
const mostLines = 60;
const long = ["hadoop"];

describe("the catalogue", () => {
  test.each(catalogueNames)("has a definition of %s, and a cluster of it", (name) => {
    const app = catalogueApp(name);
    const { spec, name: cluster } = catalogueCluster(name);
    expect([app.name, spec.app.split("@")[0]]).toEqual([name, name]);
    expect(checkSpec(app, spec, cluster)).toEqual([]);
  });

  test.each(catalogueNames)("has a definition of %s that is the same once stored", (name) => {
    const { document, packageFiles } = catalogueEntry(name);
    const stored: unknown = JSON.parse(canonicalJson(definitionOf(document, packageFiles)));
    const again = parseApp(documentOfValue(stored));
    expect(canonicalJson(again)).toBe(canonicalJson(catalogueApp(name)));
    expect(Object.keys(again.roles)).toEqual(Object.keys(catalogueApp(name).roles));
  });

  test.each(catalogueNames.filter((name) => !long.includes(name)))("has a definition of %s that is short enough to be read", (name) => {
    expect(catalogueEntry(name).lines).toBeLessThan(mostLines);
  });
});
