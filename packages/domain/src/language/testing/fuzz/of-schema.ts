import fc from "fast-check";
import { stringify } from "yaml";
import { z } from "zod";
import { isJsonObject, type Json } from "../../../json.ts";
import { parseDocuments } from "../../document.ts";
import { kinds } from "../../fields-of.ts";
import { anyText } from "./edits.ts";
import { expressionText } from "./expressions.ts";
import type { Seed } from "./seeds.ts";

/** Documents that look like documents: some fields of the schemas, with values that mostly pass, laid over a document that is right. */

/** A name that stands for one of those that the map has already, so that what is there is changed as often as something is added. */
const present = /^@(\d)$/;
const presentName = fc.nat({ max: 9 }).map((turn) => `@${turn}`);

const words: readonly string[] = [
  ..."a b server client p q v data main all default restart reload leader follower self any others to a/any server/leader".split(" "),
  ..."1 0 3 1+ 0+ 1..7 3..5 0644 0777 500m 1 2Gi 10Gi 1Ti 0.5 30s 1m 1h30m 10m 4.1 4.1.0 1.0-rc1 sample sample@1.0 sample@1.0+1".split(" "),
  ..."/ /data /data/x /etc/a /etc/a/b /healthz /troupe/x http https SIGINT example.org/a:1 img https://example.org A B JAVA_HOME a.b troupe.dev/x app.kubernetes.io/name".split(" "),
  "", " ", "x y", "é", "a\nb", "\t", "😀", "a".repeat(64), "a".repeat(300), "^a+$", "a|b", "true", "null", "01900000-0000-7000-8000-000000000002", "constructor",
];

/** That a map is given beside those that it needs, fewer the deeper it is: most of what is made must pass, or nothing would come further. */
const mostFields = 4;

export function valueOf(schema: z.ZodType, depth = 0): fc.Arbitrary<Json> {
  if (schema.meta()?.id === "Json") return anyJson;
  if (schema instanceof z.ZodOptional) return valueOf(schema.unwrap() as z.ZodType, depth);
  if (schema instanceof z.ZodNullable) return fc.oneof({ arbitrary: valueOf(schema.unwrap() as z.ZodType, depth), weight: 9 }, { arbitrary: fc.constant(null), weight: 1 });
  if (schema instanceof z.ZodObject) return objectOf(Object.entries<z.ZodType>(schema.shape), depth);
  if (schema instanceof z.ZodRecord) return fc.array(fc.tuple(fc.oneof({ arbitrary: presentName, weight: 3 }, { arbitrary: textOf(schema.keyType as z.ZodType), weight: 1 }), valueOf(schema.valueType as z.ZodType, depth + 1)), { maxLength: 3 }).map((entries) => Object.fromEntries(entries));
  if (schema instanceof z.ZodArray) return fc.array(valueOf(schema.element as z.ZodType, depth + 1), { minLength: 1, maxLength: 3 });
  if (schema instanceof z.ZodUnion) return fc.oneof(...(schema.options as readonly z.ZodType[]).map((option) => valueOf(option, depth)));
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options.map(String));
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...[...schema.values].map(String));
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  return schema instanceof z.ZodNumber ? numberOf(schema) : textOf(schema);
}

/** Those that must be there, and some of the others. */
function objectOf(fields: readonly (readonly [string, z.ZodType])[], depth: number): fc.Arbitrary<Json> {
  const isNeeded = ([, field]: readonly [string, z.ZodType]) => !field.safeParse(undefined).success;
  const needed = fields.filter(isNeeded).map(([name, field]) => fc.tuple(fc.constant(name), valueOf(field, depth + 1)));
  const others = fields.filter((field) => !isNeeded(field)).map(([name, field]) => fc.tuple(fc.constant(name), valueOf(field, depth + 1)));
  const some = others.length === 0 ? fc.constant([]) : fc.array(fc.oneof(...others), { maxLength: Math.max(1, mostFields - depth) });
  return fc.tuple(fc.tuple(...needed), some).map((entries) => Object.fromEntries<Json>(entries.flat()));
}

function numberOf({ minValue, maxValue }: z.ZodNumber): fc.Arbitrary<number> {
  const least = Math.max(minValue ?? -10, -10);
  const most = Math.min(maxValue ?? 100, 5_000_000_000);
  const few = fc.integer({ min: least, max: Math.min(most, least + 9) });
  return fc.oneof({ arbitrary: few, weight: 8 }, { arbitrary: fc.constantFrom(least, most, 1000, 65_535), weight: 2 }, { arbitrary: fc.constantFrom(-1, 0, 1.5, 1e21, 5e-324, 9_007_199_254_740_991), weight: 1 });
}

function textOf(schema: z.ZodType): fc.Arbitrary<string> {
  const fitting = words.filter((word) => schema.safeParse(word).success);
  const any = fc.oneof(fc.constantFrom(...words), anyText, expressionText);
  if (fitting.length === 0) return any;
  // Where anything fits, it is mostly a template.
  const meant = fitting.length === words.length ? fc.oneof(fc.constantFrom(...words), expressionText) : fc.constantFrom(...fitting);
  return fc.oneof({ arbitrary: meant, weight: 15 }, { arbitrary: any, weight: 1 });
}

const anyJson: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json[]>("a", "1Gi", "", 0, 3, 1.5, true, null, [], {}, [1, "a"], { a: { b: [null] } }),
  expressionText,
  fc.jsonValue({ maxDepth: 2 }).map((value) => value as Json),
);

interface Base {
  readonly seed: Seed;
  readonly kind: keyof typeof kinds;
  readonly values: readonly Json[];
  readonly at: number;
}

/** A document of a seed with other fields in it; those beside it stay. */
export function changedDocument(seeds: readonly Seed[]): fc.Arbitrary<Seed> {
  const bases = seeds.flatMap((seed): readonly Base[] => {
    const documents = parseDocuments(seed.text);
    const values = documents.map(({ value }) => value);
    return documents.map(({ kind = "" }, at) => ({ seed, values, at, kind: kind.toLowerCase() as Base["kind"] }));
  });
  const specs = { app: specOf(kinds.app), cluster: specOf(kinds.cluster), pipeline: specOf(kinds.pipeline) };
  const ofKind = (kind: Base["kind"]) => {
    const those = bases.filter((base) => base.kind === kind);
    return fc.tuple(fc.constantFrom(...those), fc.array(specs[kind], { minLength: 1, maxLength: 2 }), fc.boolean());
  };
  return fc.oneof({ arbitrary: ofKind("app"), weight: 6 }, { arbitrary: ofKind("cluster"), weight: 4 }, { arbitrary: ofKind("pipeline"), weight: 1 }).map(([{ seed, values, at }, changes, asJson]) => {
    const changed = values.map((value, index) => (index === at ? changes.reduce<Json>((below, spec) => laidOver(below, { spec }), value) : value));
    return { ...seed, text: changed.map((value) => (asJson ? JSON.stringify(value) : stringify(value))).join(asJson ? "\n---\n" : "---\n") };
  });
}

/** What is needed is in the seed: here anything may be left out. */
function specOf(schema: (typeof kinds)[keyof typeof kinds]): fc.Arbitrary<Json> {
  const fields = Object.entries<z.ZodType>(schema.shape.spec.shape).map(([name, field]) => fc.tuple(fc.constant(name), valueOf(field)));
  return fc.array(fc.oneof(...fields), { minLength: 1, maxLength: 2 }).map((entries) => Object.fromEntries(entries));
}

function laidOver(below: Json, above: Json): Json {
  if (!isJsonObject(above)) return above;
  const base = isJsonObject(below) ? below : {};
  const names = Object.keys(base);
  const meant = (name: string) => {
    const turn = present.exec(name)?.[1];
    return turn === undefined ? name : (names[Number(turn) % names.length] ?? `n${turn}`);
  };
  return Object.fromEntries([...Object.entries(base), ...Object.entries(above).map(([name, value]) => [meant(name), laidOver(base[meant(name)] ?? null, value)] as const)]);
}
