import { z } from "zod";
import { appSchema } from "./schema/app.ts";
import { clusterSchema } from "./schema/cluster.ts";
import { pipelineSchema } from "./schema/pipeline.ts";

/** What can be written, for people and editors: made from the schemas that the parser judges by, and from nothing else. */

export const kinds = { app: appSchema, cluster: clusterSchema, pipeline: pipelineSchema } as const satisfies Readonly<Record<string, z.ZodType>>;
export type Kind = keyof typeof kinds;

/** One field, or a document. */
export interface FieldHelp {
  readonly name: string;
  /** `text`, `number`, `list of text`, `map of …`, `a or b`. */
  readonly type: string;
  readonly description: string;
  readonly required: boolean;
  /** Of the map that it holds; of a map by names, those of what stands under each name. */
  readonly fields: readonly FieldHelp[];
}

/** The whole of a kind, as a tree. */
export function helpOf(kind: Kind): FieldHelp {
  return fieldHelp(kind, kinds[kind], true);
}

/** What a path leads to: names of maps by name may be left out or be anything in angle brackets, and so may `spec`. */
export function findHelp(root: FieldHelp, path: readonly string[]): FieldHelp | { readonly unknown: string; readonly known: readonly string[] } {
  const [name, ...rest] = path.filter((segment) => !/^<.*>$/.test(segment));
  if (name === undefined) return root;
  const spec = root.fields.find((field) => field.name === "spec");
  const found = root.fields.find((field) => field.name === name) ?? spec?.fields.find((field) => field.name === name);
  return found ? findHelp(found, rest) : { unknown: name, known: [...root.fields, ...(spec?.fields ?? [])].map((field) => field.name) };
}

function fieldHelp(name: string, schema: z.ZodType, required: boolean): FieldHelp {
  return { name, type: typeOf(schema), description: schema.description ?? "", required, fields: fieldsIn(schema) };
}

/** Through what is optional, by name, in lists or one of several. */
function fieldsIn(schema: z.ZodType): readonly FieldHelp[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return fieldsIn(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodRecord) return fieldsIn(schema.valueType as z.ZodType);
  if (schema instanceof z.ZodArray) return fieldsIn(schema.element as z.ZodType);
  if (schema instanceof z.ZodUnion) return (schema.options as readonly z.ZodType[]).flatMap(fieldsIn).filter(({ name }, index, all) => all.findIndex((other) => other.name === name) === index);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape as Readonly<Record<string, z.ZodType>>).map(([key, field]) => fieldHelp(key, field, !field.safeParse(undefined).success));
}

const words: Readonly<Record<string, string>> = { string: "text", number: "number", int: "whole number", boolean: "true or false", null: "null", unknown: "anything", any: "anything" };

function typeOf(schema: z.ZodType): string {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return typeOf(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodRecord) return `map of ${typeOf(schema.valueType as z.ZodType)}`;
  if (schema instanceof z.ZodArray) return `list of ${typeOf(schema.element as z.ZodType)}`;
  if (schema instanceof z.ZodEnum || schema instanceof z.ZodLiteral) return valuesOf(schema).join(" | ");
  if (schema instanceof z.ZodLazy) return "anything";
  if (schema instanceof z.ZodUnion) return [...new Set((schema.options as readonly z.ZodType[]).map(typeOf))].join(" or ");
  if (schema instanceof z.ZodObject) return "map";
  return words[schema.type] ?? schema.type;
}

function valuesOf(schema: z.ZodEnum | z.ZodLiteral): readonly string[] {
  return schema instanceof z.ZodEnum ? schema.options.map(String) : [...schema.values].map(String);
}
