import type { z } from "zod";
import type { Json, JsonObject } from "../json.ts";
import type { Document } from "./document.ts";
import { pathText, type Path } from "./path.ts";
import { addIssues, pathsOfIssue, valueAt, type Problems } from "./problems.ts";

/** A document as far as its schema lets it through. */
export interface Shape<T> {
  readonly value: T;
  /** The document with what is wrong taken out of its value. */
  readonly document: Document;
  /** For later checks: what may only follow from what was taken out is not told. */
  readonly problems: Problems;
}

/**
 * Lays a document against its schema. What is wrong is told and taken out, so that all the rest can be checked too: a person
 * gets everything at once. `standIns` are put where something is missing that nothing goes without. Undefined when what is
 * left has no shape at all.
 */
export function shapeOf<T>(document: Document, schema: z.ZodType<T>, problems: Problems, standIns: JsonObject): Shape<T> | undefined {
  for (const problem of document.problems) problems.tell(problem);
  const broken = new Set(document.problems.map(({ path }) => path));
  const first = schema.safeParse(document.value);
  const quiet = silentAbout(broken, [], document.value, problems);
  if (first.success) return { value: first.data, document, problems: quiet };
  const paths = addIssues(quiet, first.error.issues, schema, document);
  const rest = withStandIns(paths.reduce(without, document.value), standIns);
  const value = partOf(rest, schema, 5);
  return value && { value: value.data, document: { ...document, value: value.of }, problems: silentAbout(broken, paths, document.value, problems) };
}

/** What is left once what is incomplete is taken out too. */
function partOf<T>(value: Json, schema: z.ZodType<T>, rounds: number): { readonly data: T; readonly of: Json } | undefined {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { data: parsed.data, of: value };
  if (rounds === 0) return undefined;
  const paths = parsed.error.issues.flatMap(pathsOfIssue).map((path) => (valueAt(value, path) === undefined ? path.slice(0, -1) : path));
  return partOf(paths.reduce(without, value), schema, rounds - 1);
}

/** Keys of maps whose names people choose, and refer to elsewhere. */
const named = ["roles", "ports", "volumes", "files", "env", "params", "secrets", "needs", "exports", "services"];

function silentAbout(broken: ReadonlySet<string>, paths: readonly Path[], value: Json, problems: Problems): Problems {
  const gone = [...broken, ...paths.map(pathText)];
  const names = new Set(paths.flatMap((path) => namesGone(path, value)));
  const maps = new Set(paths.map((path) => pathText(path.slice(0, -1))));
  const follows = (path: Path, reason: string, message: string) => {
    const text = pathText(path);
    if (gone.some((other) => text === other || text.startsWith(`${other}.`) || text.startsWith(`${other}[`))) return true;
    // What is missing beside an unknown field is mostly what was meant by it.
    if (reason === "FIELD_MISSING" && maps.has(pathText(path.slice(0, -1)))) return true;
    return names.size > 0 && (message.match(/[A-Za-z0-9_-]+/g) ?? []).some((word) => names.has(word));
  };
  return {
    get list() {
      return problems.list;
    },
    tell: (problem) => problems.tell(problem),
    add(path, reason, message, where) {
      if (!follows(path, reason, message)) problems.add(path, reason, message, where);
    },
  };
}

/** What people may refer to, and is not there any more. */
function namesGone(path: Path, value: Json): readonly string[] {
  if (named.includes(String(path.at(-2)))) return [String(path.at(-1))];
  const map = valueAt(value, path);
  return named.includes(String(path.at(-1))) && map !== undefined && isMap(map) ? Object.keys(map) : [];
}

function withStandIns(value: Json, standIns: JsonObject): Json {
  if (!isMap(value)) return value;
  const missing = Object.entries(standIns).map(([key, standIn]) => [key, key in value && isMap(standIn) ? withStandIns(value[key] ?? null, standIn) : (value[key] ?? standIn)] as const);
  return { ...value, ...Object.fromEntries(missing) };
}

/** A copy without what is at a path: a field, or an element of a list. */
function without(value: Json, path: Path): Json {
  const [segment, ...rest] = path;
  if (segment === undefined || typeof value !== "object" || value === null) return value;
  if (isList(value)) return rest.length === 0 ? value.filter((_, index) => index !== segment) : value.map((item, index) => (index === segment ? without(item, rest) : item));
  const inner = valueAt(value, [segment]);
  if (inner === undefined) return value;
  if (rest.length > 0) return { ...value, [segment]: without(inner, rest) };
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== segment));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isMap(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
