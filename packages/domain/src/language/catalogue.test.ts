import fc from "fast-check";
import { stringify } from "yaml";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../canonical.ts";
import { Failure } from "../failure.ts";
import { definitionOf, parseApp } from "./app.ts";
import { checkSpec } from "./check-spec.ts";
import { printSpec, readClusterDocument } from "./cluster.ts";
import { documentOfValue, parseDocument } from "./document.ts";
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

  // Six hundred definitions: more than the usual seconds on a busy machine.
  test("stays a definition or becomes a Failure, whatever is changed in it", { timeout: 60_000 }, () => {
    const texts = catalogueNames.map((name) => stringify(catalogueEntry(name).document.value));
    const piece = fc.constantFrom("", "\n", "  ", "{", "}", "[", "]", ":", "- ", "'", '"', "${{", "}}", "null", "1", "yes", "&a ", "*a", "<<: *a", "x", "|", ",", "#");
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.array(fc.tuple(fc.nat({ max: 3000 }), fc.nat({ max: 6 }), piece), { minLength: 1, maxLength: 4 }), (text, edits) => {
        const edited = edits.reduce((before, [at, length, insert]) => before.slice(0, at) + insert + before.slice(at + length), text);
        try {
          parseApp(parseDocument(edited));
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
          const { kind, problems } = error as Failure;
          expect([kind, problems.length > 0]).toEqual(["invalid", true]);
          for (const { reason, line, column } of problems) expect([/^[A-Z_]+$/.test(reason), Number(line) >= 1, Number(column) >= 1]).toEqual([true, true, true]);
        }
      }),
      { numRuns: 600 },
    );
  });

  test("has clusters that stay Clusters or become a Failure, whatever is changed in them, alone and beside their app", { timeout: 60_000 }, () => {
    const texts = catalogueNames.map((name) => [catalogueApp(name), stringify({ apiVersion: "troupe.dev/v1", kind: "Cluster", metadata: { name: "c" }, spec: printSpec(catalogueCluster(name).spec) })] as const);
    const piece = fc.constantFrom("", "\n", "  ", "{", "}", "[", "]", ":", "- ", "'", '"', "${{", "null", "1", "-1", "yes", "&a ", "*a", "<<: *a", "x", "|", ",", "#", "members: 2", "set: {a: null}", "expose: {a: node}", "gpu: 1");
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.array(fc.tuple(fc.nat({ max: 600 }), fc.nat({ max: 8 }), piece), { minLength: 1, maxLength: 4 }), ([app, text], edits) => {
        const edited = edits.reduce((before, [at, length, insert]) => before.slice(0, at) + insert + before.slice(at + length), text);
        try {
          const document = parseDocument(edited);
          const { cluster } = readClusterDocument(document);
          if (cluster) checkSpec(app, cluster.spec, cluster.name, document.placeOf);
        } catch (error) {
          expect([error instanceof Failure, (error as Failure).kind]).toEqual([true, "invalid"]);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
