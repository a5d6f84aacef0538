import { Ajv } from "ajv";
import fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../json.ts";
import { parseDocuments } from "./document.ts";
import { type Kind, kinds } from "./fields-of.ts";
import { jsonSchemaOf } from "./json-schema.ts";

const root = join(import.meta.dirname, "../../../..");
const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true });
const judges = { app: ajv.compile(jsonSchemaOf("app")), cluster: ajv.compile(jsonSchemaOf("cluster")), pipeline: ajv.compile(jsonSchemaOf("pipeline")) } as const;

/** Of the catalogue and of the examples. */
const written = ["deploy/catalog", "docs/language/examples"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".yaml"))
    .flatMap((file) => parseDocuments(readFileSync(join(root, folder, file), "utf8")).map(({ kind, value }) => ({ file: join(folder, file), kind: String(kind).toLowerCase() as Kind, value }))),
);

describe("the JSON Schema of editors", () => {
  test.each(written)("lets $file through", ({ kind, value }) => {
    judges[kind](value);
    expect(judges[kind].errors ?? []).toEqual([]);
  });

  test("knows every field and no other, wherever there are fields", () => {
    const open: string[] = [];
    JSON.stringify(["app", "cluster", "pipeline"].map((kind) => jsonSchemaOf(kind as Kind)), (key, part: JsonObject) => {
      if (typeof part === "object" && part !== null && "properties" in part && part["type"] === "object" && part["additionalProperties"] !== false) open.push(key);
      return part;
    });
    expect(open).toEqual([]);
  });

  test("judges as the parser does, whatever is changed in a document", () => {
    const change = fc.record({ at: fc.array(fc.nat(), { minLength: 1, maxLength: 8 }), key: fc.constantFrom("name", "members", "exec", "", "colour", "a-b", "/x/y"), value: fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constantFrom("1..3", "30s", "/data", "leader", 0, 1.5, 70_000)) });
    fc.assert(
      fc.property(fc.constantFrom(...written), fc.array(change, { maxLength: 3 }), ({ kind, value }, changes) => {
        const changed = changes.reduce<Json>((before, { at, key, value: put }) => withChange(before, at, key, put as Json), value);
        expect([judges[kind](changed), changed]).toEqual([kinds[kind].safeParse(changed).success, changed]);
      }),
      { numRuns: 1500 },
    );
  });
});

/** Goes down where the numbers lead, and puts a value there, or under a key beside it. */
function withChange(value: Json, [turn = 0, ...rest]: readonly number[], key: string, put: Json): Json {
  if (typeof value !== "object" || value === null || rest.length === 0) return put;
  const keys = Object.keys(value);
  const next = turn % 5 === 0 || keys.length === 0 ? key : (keys[turn % keys.length] ?? key);
  if (isList(value)) return value.map((item, index) => (String(index) === next ? withChange(item, rest, key, put) : item));
  return { ...value, [next]: withChange(value[next] ?? null, rest, key, put) };
}

function isList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value);
}
