import type { z } from "zod";
import type { Problem } from "../failure.ts";
import type { Json } from "../json.ts";
import type { Document } from "./document.ts";
import type { Path } from "./path.ts";
import { addIssues, valueAt, type Problems } from "./problems.ts";

/** A document as far as its schema lets it through. */
export interface Shape<T> {
  readonly value: T;
  /** The document with what is wrong taken out of its value. */
  readonly document: Document;
  /** Nothing had to be taken out. */
  readonly isWhole: boolean;
  /** For later checks: what may only follow from what was taken out is not told. */
  readonly problems: Problems;
}

/**
 * Lays a document against its schema. What is wrong is told and taken out, so that all the rest can be checked too: a person
 * gets everything at once. Undefined when what is left has no shape at all.
 */
export function shapeOf<T>(document: Document, schema: z.ZodType<T>, problems: Problems): Shape<T> | undefined {
  for (const problem of document.problems) addTold(problems, problem);
  const first = schema.safeParse(document.value);
  if (first.success) return { value: first.data, document, isWhole: document.problems.length === 0, problems };
  const paths = addIssues(problems, first.error.issues, schema, document);
  const rest = { ...document, value: paths.reduce(without, document.value) };
  const second = schema.safeParse(rest.value);
  if (!second.success) return undefined;
  const words = new Set(paths.map((path) => String(path.at(-1))));
  return { value: second.data, document: rest, isWhole: false, problems: silentAbout(words, problems) };
}

/** The document's own problems have their places already. */
function addTold(problems: Problems, { path, line, column, reason, message, suggestion }: Problem): void {
  problems.tell({ path, ...(line !== undefined && { line }), ...(column !== undefined && { column }), reason, message, ...(suggestion !== undefined && { suggestion }) });
}

function silentAbout(words: ReadonlySet<string>, problems: Problems): Problems {
  return {
    get list() {
      return problems.list;
    },
    tell: (problem) => problems.tell(problem),
    add(path, reason, message, where) {
      const mentioned = [...path.map(String), ...(message.match(/[A-Za-z0-9_.-]+/g) ?? [])];
      if (!mentioned.some((word) => words.has(word) || word.split(".").some((part) => words.has(part)))) problems.add(path, reason, message, where);
    },
  };
}

/** A copy without what is at a path: a field, or an element of a list, which is emptied so that others keep their index. */
function without(value: Json, path: Path): Json {
  const [segment, ...rest] = path;
  if (segment === undefined || typeof value !== "object" || value === null) return value;
  if (isList(value)) return rest.length === 0 ? value.filter((_, index) => index !== segment) : value.map((item, index) => (index === segment ? without(item, rest) : item));
  const inner = valueAt(value, [segment]);
  if (inner === undefined) return value;
  const { [segment]: _removed, ...others } = value as Readonly<Record<string, Json>>;
  return rest.length === 0 ? others : { ...value, [segment]: without(inner, rest) };
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
