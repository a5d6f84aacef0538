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
  /** `text`, `whole number`, `quantity`, `list of Step`, `map of Port`, `TCP | UDP`. */
  readonly type: string;
  /** All that it can be, where that is a few words. */
  readonly values: readonly string[];
  /** In words, as Markdown; undefined where nothing holds, or it must be given. */
  readonly default: string | undefined;
  /** What it is for, as Markdown. */
  readonly description: string;
  readonly required: boolean;
  /** The maps that it is, or holds in a list or by name. */
  readonly shapes: readonly Shape[];
}

/** A kind of map. Those with a name may stand in several places. */
export interface Shape {
  readonly name: string | undefined;
  readonly fields: readonly FieldHelp[];
}

/** The whole of a kind, as a tree. */
export function helpOf(kind: Kind, schema: z.ZodType = kinds[kind]): FieldHelp {
  return fieldHelp(kind, schema, false);
}

/** Whatever may be written below a field: of all that it can be. */
export function fieldsOf({ shapes }: FieldHelp): readonly FieldHelp[] {
  const all = shapes.flatMap(({ fields }) => fields);
  return all.filter(({ name }, index) => all.findIndex((other) => other.name === name) === index);
}

/** What a path leads to: names of maps by name may be left out or be anything in angle brackets, and so may `spec`. */
export function findHelp(root: FieldHelp, path: readonly string[]): FieldHelp | { readonly unknown: string; readonly known: readonly string[] } {
  const [name, ...rest] = path.filter((segment) => !/^<.*>$/.test(segment));
  if (name === undefined) return root;
  const fields = fieldsOf(root);
  const inSpec = fields.filter((field) => field.name === "spec").flatMap(fieldsOf);
  const found = [...fields, ...inSpec].find((field) => field.name === name);
  return found ? findHelp(found, rest) : { unknown: name, known: [...fields, ...inSpec].map((field) => field.name) };
}

function fieldHelp(name: string, schema: z.ZodType, required: boolean): FieldHelp {
  const [, before, byDefault, after] = /^(.*?) *Default: (.+?)\.(?= |$)(.*)$/s.exec(schema.description ?? "") ?? [];
  return { name, type: typeOf(schema), values: valuesOf(schema), default: byDefault, description: before === undefined ? (schema.description ?? "") : `${before}${after}`, required, shapes: shapesIn(schema) };
}

/** What a schema is when it is looked at from outside: nothing that is optional, in lists, by name or one of several. */
function partsOf(schema: z.ZodType): readonly z.ZodType[] | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return [schema.unwrap() as z.ZodType];
  if (schema instanceof z.ZodRecord) return [schema.valueType as z.ZodType];
  if (schema instanceof z.ZodArray) return [schema.element as z.ZodType];
  return schema instanceof z.ZodUnion ? (schema.options as readonly z.ZodType[]) : undefined;
}

function shapesIn(schema: z.ZodType): readonly Shape[] {
  if (!(schema instanceof z.ZodObject)) return partsOf(schema)?.flatMap(shapesIn) ?? [];
  const fields = Object.entries<z.ZodType>(schema.shape);
  return [{ name: idOf(schema), fields: fields.map(([key, field]) => fieldHelp(key, field, !field.safeParse(undefined).success)) }];
}

function typeOf(schema: z.ZodType): string {
  const id = idOf(schema);
  if (id !== undefined) return schema instanceof z.ZodObject ? id : (words[id] ?? id.toLowerCase());
  const parts = () => [...new Set(partsOf(schema)?.map(typeOf))].join(" or ");
  if (schema instanceof z.ZodRecord) return `map of ${parts()}`;
  if (schema instanceof z.ZodArray) return `list of ${parts()}`;
  if (schema instanceof z.ZodObject) return "map";
  if (schema instanceof z.ZodEnum || schema instanceof z.ZodLiteral) return valuesOf(schema).join(" | ");
  if (schema instanceof z.ZodNumber) return numberWords(schema);
  return partsOf(schema) ? parts() : (words[schema.type] ?? schema.type);
}

const words: Readonly<Record<string, string>> = { string: "text", boolean: "true or false", Json: "anything" };

function numberWords({ format, minValue, maxValue }: z.ZodNumber): string {
  const what = format === "safeint" ? "whole number" : "number";
  const least = minValue !== null && minValue > Number.MIN_SAFE_INTEGER ? ` from ${minValue}` : "";
  const most = maxValue !== null && maxValue < Number.MAX_SAFE_INTEGER ? ` to ${maxValue}` : "";
  return `${what}${least}${most}`;
}

function valuesOf(schema: z.ZodType): readonly string[] {
  if (schema instanceof z.ZodEnum) return schema.options.map(String);
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String);
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? valuesOf(schema.unwrap() as z.ZodType) : [];
}

function idOf(schema: z.ZodType): string | undefined {
  return schema.meta()?.id;
}
