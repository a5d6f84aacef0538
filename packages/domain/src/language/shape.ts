import type { z } from "zod";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { nearest } from "../nearest.ts";
import type { Document } from "./document.ts";
import { pathText, prefixTexts, type Path } from "./path.ts";
import { addIssues, pathsOfIssue, valueAt, type Problems, type Where } from "./problems.ts";
import { problemsThrough } from "./problems-through.ts";
import { without } from "./without.ts";

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
 * left has no shape at all, or when no more problems are told anyway.
 */
export function shapeOf<T>(document: Document, schema: z.ZodType<T>, problems: Problems, standIns: JsonObject): Shape<T> | undefined {
  for (const problem of document.problems) problems.tell(problem);
  const broken = new Set(document.problems.map(({ path }) => path));
  const first = schema.safeParse(document.value);
  const quiet = silentAbout(broken, [], document.value, problems);
  if (first.success) return { value: first.data, document, problems: quiet };
  const paths = addIssues(quiet, first.error.issues, schema, document);
  if (problems.isFull) return undefined;
  const rest = withStandIns(without(document.value, paths), standIns);
  const value = partOf(rest, schema, 5);
  return value && { value: value.data, document: { ...document, value: value.of }, problems: silentAbout(broken, paths, document.value, problems) };
}

/** What is left once what is incomplete is taken out too. */
function partOf<T>(value: Json, schema: z.ZodType<T>, rounds: number): { readonly data: T; readonly of: Json } | undefined {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { data: parsed.data, of: value };
  if (rounds === 0) return undefined;
  const paths = parsed.error.issues.flatMap(pathsOfIssue).map((path) => (valueAt(value, path) === undefined ? path.slice(0, -1) : path));
  return partOf(without(value, paths), schema, rounds - 1);
}

/** Keys of maps whose names people choose, and refer to elsewhere. */
const named = ["roles", "ports", "volumes", "files", "env", "params", "secrets", "needs", "exports", "services"];

function silentAbout(broken: ReadonlySet<string>, paths: readonly Path[], value: Json, problems: Problems): Problems {
  const gone = new Set([...broken, ...paths.map(pathText)]);
  const names = new Set(paths.flatMap((path) => namesGone(path, value)));
  const keysGone = keysByMap(paths);
  const emptied = new Set([...keysGone.values()].flatMap(([path = []]) => prefixTexts(path)));
  const follows = (path: Path, reason: string, { misses = "" }: Where): boolean => {
    if (names.has(misses) || prefixTexts(path).some((prefix) => gone.has(prefix))) return true;
    const beside = (keysGone.get(pathText(path.slice(0, -1))) ?? []).map((other) => String(other.at(-1)));
    // Nothing can be said of a map of which nothing is left, but what it should have had.
    if (reason !== "FIELD_MISSING") return beside.length > 0 && isEmptied(valueAt(value, path.slice(0, -1)), beside);
    // What is missing in a map that lost something may have been that, or what an unknown field beside it was meant to be.
    return emptied.has(pathText(path)) || nearest(String(path.at(-1)), beside) !== undefined;
  };
  return problemsThrough(problems, (path, reason, message, where = {}) => {
    if (!follows(path, reason, where)) problems.add(path, reason, message, where);
  });
}

function isEmptied(map: Json | undefined, gone: readonly string[]): boolean {
  return isJsonObject(map) && Object.keys(map).every((key) => gone.includes(key));
}

/** Map → what was taken out of it. */
function keysByMap(paths: readonly Path[]): ReadonlyMap<string, readonly Path[]> {
  const found = new Map<string, Path[]>();
  for (const path of paths) {
    const map = pathText(path.slice(0, -1));
    const keys = found.get(map) ?? [];
    keys.push(path);
    found.set(map, keys);
  }
  return found;
}

/** What people may refer to, and may not be there any more: `params.size`. */
function namesGone(path: Path, value: Json): readonly string[] {
  const along = path.flatMap((map, at) => (named.includes(String(map)) && path[at + 1] !== undefined ? [`${map}.${path[at + 1]}`] : []));
  const last = String(path.at(-1));
  const map = named.includes(last) ? valueAt(value, path) : undefined;
  return map !== undefined && isJsonObject(map) ? [...along, ...Object.keys(map).map((name) => `${last}.${name}`)] : along;
}

function withStandIns(value: Json, standIns: JsonObject): Json {
  if (!isJsonObject(value)) return value;
  const missing = Object.entries(standIns).map(([key, standIn]) => [key, key in value && isJsonObject(standIn) ? withStandIns(value[key] ?? null, standIn) : (value[key] ?? standIn)] as const);
  return { ...value, ...Object.fromEntries(missing) };
}
