import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "../failure.ts";
import type { Json } from "../json.ts";
import { parseApp } from "./app.ts";
import { parseClusterDocument } from "./cluster.ts";
import { documentOfValue, parseDocument, type Document } from "./document.ts";
import type { Path } from "./path.ts";
import { valueAt } from "./problems.ts";
import { without } from "./without.ts";

const many = (count: number, entry: (index: number) => string, separator = ", ") => Array.from({ length: count }, (_, index) => entry(index)).join(separator);
const fields = (count: number, value: unknown) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`field-${index}`, value]));
const app = (spec: string) => () => parseDocument(`apiVersion: troupe.dev/v1\nkind: App\nmetadata: {name: thing}\nspec: {version: "1", image: a, ${spec}}\n`);
const cluster = (spec: object) => () => documentOfValue({ apiVersion: "troupe.dev/v1", kind: "Cluster", metadata: { name: "thing" }, spec: { app: "a", ...spec } });

/** Within the limits of a text or a message, and wrong in more places than anybody wants to hear of. */
const hostile: Readonly<Record<string, () => Document>> = {
  "unknown fields": app(`${many(2000, (index) => `field-${index}: 1`)}, roles: {server: {members: 1}}`),
  "unknown fields with long names": app(`roles: {server: {members: 1, ${many(900, (index) => `${"z".repeat(55)}${index}: 1`)}}}`),
  "what hangs on a broken map": app(`1: x, ${many(2000, (index) => `field-${index}: 1`)}`),
  "wrong expressions in a folded text that all roles share": app(`env: {A: "\n${many(600, () => `  ${"some words ".repeat(8)}`, "\n")}\n${many(30, (index) => `  \${{ params.p${index} }}`, "\n")}"}, roles: {${many(50, (index) => `r${index}: {members: 1}`)}}`),
  "numbers that would change": app(`env: {${many(400, (index) => `A${index}: 1.50`)}}, roles: {${many(12, (index) => `r${index}: {members: 1}`)}}`),
  "long texts for patterns": app(`params: {${many(14, (index) => `p${index}: {type: string, pattern: '${"[a-z]?".repeat(80)}$', default: ${"a".repeat(4000)}}`)}}, roles: {s: {members: 1}}`),
  "values of the wrong type": cluster({ needs: fields(9000, 5) }),
  "roles that are none": cluster({ roles: fields(9000, 5) }),
  "more values than a document has": cluster(fields(300_000, 1)),
};

describe("a document that is wrong in very many places", () => {
  const judged = (document: () => Document): Failure => {
    try {
      const parsed = document();
      void (parsed.kind === "App" ? parseApp(parsed) : parseClusterDocument(parsed));
    } catch (error) {
      if (error instanceof Failure) return error;
      throw error;
    }
    throw new Error("it was let through");
  };

  test.each(Object.keys(hostile))("%s: is refused with a hundred problems at most", (name) => {
    const { kind, problems } = judged(hostile[name]!);
    expect(kind).toBe("invalid");
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThanOrEqual(100);
  });

  test("costs less than its size lets one fear", () => {
    const costs = Object.values(hostile).map((document) => {
      const before = process.cpuUsage();
      judged(document);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    });
    // Tens of milliseconds each; the bound is far away, so that it tells of a blow-up and not of a busy machine.
    expect(Math.max(...costs)).toBeLessThan(1500);
  });
});

describe("a value without what is at some paths", () => {
  const value = fc.letrec<{ any: Json }>((tie) => ({
    any: fc.oneof({ depthSize: "small" }, fc.constant<Json>(1), fc.array(tie("any"), { maxLength: 4 }), fc.dictionary(fc.constantFrom("a", "b", "c"), tie("any"), { noNullPrototype: true })),
  })).any;
  const path = fc.array(fc.oneof(fc.constantFrom("a", "b", "c"), fc.nat(3)), { minLength: 1, maxLength: 3 });

  test("has all the rest", () => {
    fc.assert(
      fc.property(value, fc.array(path, { maxLength: 4 }), (from, paths) => {
        const inMaps = paths.filter((each) => each.every((segment) => typeof segment === "string"));
        const rest = without(from, inMaps);
        for (const each of inMaps) expect(valueAt(rest, each)).toBeUndefined();
        expect(leaves(rest).every(([at, leaf]) => valueAt(from, at) === leaf)).toBe(true);
        expect(without(from, paths.filter((each) => valueAt(from, each) === undefined))).toEqual(from);
      }),
    );
  });

  test("takes elements of a list by the places that they had", () => {
    expect(without({ a: [0, 1, { b: 2, c: 3 }, 3] }, [["a", 0], ["a", 2, "b"], ["a", 3]])).toEqual({ a: [1, { c: 3 }] });
  });
});

/** Of maps only. */
function leaves(value: Json, at: Path = []): readonly (readonly [Path, Json])[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return typeof value === "object" ? [] : [[at, value]];
  return Object.entries(value).flatMap(([key, item]) => leaves(item, [...at, key]));
}
