import { z } from "zod";
import type { FailureReason, Problem } from "../failure.ts";
import type { Json } from "../json.ts";
import { nearest } from "../nearest.ts";
import type { Document } from "./document.ts";
import { pathText, type Path } from "./path.ts";

type Issue = z.core.$ZodIssue;

/** Collects what is wrong with a document, each with its place. */
export interface Problems {
  readonly list: readonly Problem[];
  /** No more are told: whoever looks for more looks in vain. */
  readonly isFull: boolean;
  add(path: Path, reason: FailureReason, message: string, at?: Where): void;
  /** One that has its place. */
  tell(problem: Problem): void;
}

export interface Where {
  readonly suggestion?: string | undefined;
  /** The name at the path is wrong, not its value. */
  readonly key?: boolean;
  /** Where in the text at the path. */
  readonly offset?: number | undefined;
  /** A name that the problem is about, because it is not there: `params.size`, `roles.server`, `ports.client`. */
  readonly misses?: string | undefined;
}

const mostProblems = 100;

export function problemsIn(document: Pick<Document, "placeOf">): Problems {
  const found = new Map<string, Problem>();
  const asked = new Set<string>();
  const tell = (problem: Problem): void => {
    const key = `${problem.path}\n${problem.reason}\n${problem.line}:${problem.column}`;
    if (found.size < mostProblems && !found.has(key)) found.set(key, problem);
  };
  return {
    get list() {
      return [...found.values()].toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
    },
    get isFull() {
      return found.size >= mostProblems;
    },
    tell,
    add(path, reason, message, { suggestion, key, offset } = {}) {
      const text = pathText(path);
      const question = JSON.stringify([text, reason, offset, key]);
      // Roles that share a default share what is wrong with it, and finding its place takes time.
      if (found.size >= mostProblems || asked.has(question)) return;
      asked.add(question);
      const place = document.placeOf(path, { ...(key !== undefined && { key }), ...(offset !== undefined && { offset }) });
      tell({ path: text, ...place, reason, message, ...(suggestion !== undefined && { suggestion }) });
    },
  };
}

export function didYouMean(word: string, known: readonly string[]): { readonly suggestion?: string } {
  const near = nearest(word, known);
  return near === undefined ? {} : { suggestion: `did you mean ${near}?` };
}

/** Where the schema says no. A path that is told here is of no use to later checks. Ends where no more problems are told. */
export function addIssues(problems: Problems, issues: readonly Issue[], schema: z.ZodType, document: Document): readonly Path[] {
  return issues.flatMap((issue) => (problems.isFull ? [] : addIssue(problems, issue, schema, document)));
}

/** Where an issue is; unknown fields count each. */
export function pathsOfIssue(issue: Issue): readonly Path[] {
  const path = issue.path.map((segment) => (typeof segment === "symbol" ? String(segment) : segment));
  return issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...path, key]) : [path];
}

function addIssue(problems: Problems, issue: Issue, schema: z.ZodType, document: Document): readonly Path[] {
  const path = issue.path.map((segment) => (typeof segment === "symbol" ? String(segment) : segment));
  if (issue.code === "unrecognized_keys") return addUnrecognized(problems, issue.keys, path, schema, document);
  if (issue.code === "invalid_union") return addUnion(problems, issue, path, schema, document);
  const value = valueAt(document.value, path);
  if (issue.code === "invalid_key") problems.add(path, "NAME_INVALID", `the name ${shown(path.at(-1) ?? "")} ${issue.issues[0]?.message ?? "is not possible"}`, { key: true });
  else if (value === undefined) problems.add(path, "FIELD_MISSING", `${path.at(-1)} is missing${expectation(issue)}`);
  else if (issue.code === "invalid_type") addWrongType(problems, issue, path, value, document, objectAt(schema, path, document.value));
  else if (issue.code === "invalid_value") problems.add(path, "VALUE_INVALID", `${shown(value)} is not possible: write ${anyOf(issue.values.map(String))}`, didYouMean(typeof value === "string" ? value : "", issue.values.map(String)));
  else problems.add(path, "VALUE_INVALID", ruleOf(issue, value));
  return [path];
}

function addUnrecognized(problems: Problems, keys: readonly string[], path: Path, schema: z.ZodType, document: Document): readonly Path[] {
  const object = objectAt(schema, path, document.value);
  const isOther = object instanceof z.ZodObject && keys.every((key) => Object.hasOwn(object.shape as object, key));
  if (!isOther) return keys.flatMap((key) => (problems.isFull ? [] : [addUnknownField(problems, [...path, key], key, object)]));
  // A branch of a union that does not know them has spoken: what is wrong is what the one says that does.
  const { error } = object.safeParse(valueAt(document.value, path));
  for (const inner of error?.issues ?? []) addIssue(problems, { ...inner, path: [...path, ...inner.path] }, schema, document);
  return [path];
}

function addUnknownField(problems: Problems, path: Path, key: string, object: z.ZodType | undefined): Path {
  const known = object instanceof z.ZodObject ? Object.keys(object.shape) : [];
  problems.add(path, "FIELD_UNKNOWN", `there is no field ${shown(key)} here${known.length > 0 && known.length <= 12 ? `: known are ${known.join(", ")}` : ""}`, { key: true, ...didYouMean(key, known) });
  return path;
}

/** Unions are of different kinds of value: the branch for the kind that is there tells what is wrong with it. */
function addUnion(problems: Problems, issue: z.core.$ZodIssueInvalidUnion, path: Path, schema: z.ZodType, document: Document): readonly Path[] {
  const meant = issue.errors.filter((issues) => !issues.some(isOtherKind));
  const [branch] = meant.toSorted((a, b) => unknownIn(a) - unknownIn(b) || a.length - b.length);
  if (branch) return branch.flatMap((inner) => addIssue(problems, { ...inner, path: [...path, ...inner.path] }, schema, document));
  const value = valueAt(document.value, path);
  const expected = issue.errors.flatMap((issues) => issues.flatMap((inner) => expectedBy(inner)));
  if (value === undefined) problems.add(path, "FIELD_MISSING", `${path.at(-1)} is missing: write ${anyOf(expected)}`);
  else problems.add(path, "TYPE_WRONG", `${issue.message.startsWith("must") ? issue.message : `must be ${anyOf(expected)}`}, not ${worded(value)}`);
  return [path];
}

function isOtherKind({ path, ...issue }: Issue): boolean {
  if (path.length > 0) return false;
  return issue.code === "invalid_type" || issue.code === "invalid_value" || (issue.code === "invalid_union" && issue.errors.every((issues) => issues.some(isOtherKind)));
}

function unknownIn(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 0), 0);
}

function addWrongType(problems: Problems, issue: z.core.$ZodIssueInvalidType, path: Path, value: Json, document: Document, wanted: z.ZodType | undefined): void {
  const [expected = issue.expected] = expectedBy(issue);
  const isWord = typeof value === "number" || typeof value === "boolean";
  if (issue.expected !== "string" || !isWord) problems.add(path, "TYPE_WRONG", `must be ${expected}, not ${worded(value)}`);
  else if (wanted?.meta()?.id === "Duration") problems.add(path, "TYPE_WRONG", `must be a time with its unit, not ${worded(value)}`, typeof value === "number" ? { suggestion: `${Math.max(1, Math.ceil(value))}s` } : {});
  else addUnquoted(problems, path, value, document.sourceOf(path) ?? String(value), wanted);
}

/** Quotes are told only where they are enough. */
function addUnquoted(problems: Problems, path: Path, value: number | boolean, source: string, wanted: z.ZodType | undefined): void {
  const [wrong] = wanted?.safeParse(source).error?.issues ?? [];
  if (wrong === undefined) problems.add(path, "TYPE_WRONG", `must be text, not ${worded(value)}: write it in quotes`, { suggestion: JSON.stringify(source) });
  else problems.add(path, "TYPE_WRONG", `${wrong.message.startsWith("must") ? wrong.message : "must be another text"}, not ${worded(value)}`);
}

const typeWords: Readonly<Record<string, string>> = { string: "text", number: "a number", int: "a whole number", boolean: "true or false", array: "a list", object: "a map", record: "a map", null: "null" };

function expectedBy(issue: Issue): readonly string[] {
  if (issue.code === "invalid_type") return [typeWords[issue.expected] ?? issue.expected];
  if (issue.code === "invalid_value") return issue.values.map(String);
  return issue.code === "invalid_union" ? issue.errors.flatMap((issues) => issues.flatMap(expectedBy)) : [];
}

function expectation(issue: Issue): string {
  const expected = expectedBy(issue);
  return expected.length > 0 ? `: write ${anyOf(expected)}` : "";
}

function ruleOf(issue: Issue, value: Json): string {
  const unit = typeof value === "string" ? " characters" : Array.isArray(value) ? " elements" : "";
  if (issue.code === "too_small" && !issue.message.startsWith("must")) return `must be at least ${issue.minimum}${unit}`;
  if (issue.code === "too_big" && !issue.message.startsWith("must")) return `must be at most ${issue.maximum}${unit}`;
  return `${shown(value)} ${issue.message.startsWith("must") ? issue.message : "is not possible"}`;
}

function worded(value: Json): string {
  if (value === null) return "null";
  if (typeof value === "number") return Number.isInteger(value) ? "a number" : `the number ${value}`;
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "a map";
  return typeof value === "string" ? "text" : String(value);
}

/** A value in a message: short, on one line. */
export function shown(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  const line = text.replace(/\s+/g, " ");
  return `"${line.length > 60 ? `${line.slice(0, 59)}…` : line}"`;
}

/** `a`, `a or b`, `a, b or c`. */
export function anyOf(words: readonly string[]): string {
  const unique = [...new Set(words)];
  return unique.length < 2 ? (unique[0] ?? "") : `${unique.slice(0, -1).join(", ")} or ${unique.at(-1)}`;
}

export function valueAt(value: Json, path: Path): Json | undefined {
  let found: Json | undefined = value;
  for (const segment of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, segment)) return undefined;
    found = (found as Readonly<Record<string | number, Json>>)[segment];
  }
  return found;
}

/** The schema of the map at a path, through optional fields and the branches of unions that take maps. */
function objectAt(schema: z.ZodType, path: Path, value: Json): z.ZodType | undefined {
  const plain = unwrapped(schema, value);
  const [segment, ...rest] = path;
  if (segment === undefined) return plain;
  const inner = valueAt(value, [segment]) ?? null;
  if (plain instanceof z.ZodObject) return descend((plain.shape as Readonly<Record<string, z.ZodType>>)[segment], rest, inner);
  if (plain instanceof z.ZodRecord) return descend(plain.valueType as z.ZodType, rest, inner);
  return plain instanceof z.ZodArray ? descend(plain.element as z.ZodType, rest, inner) : undefined;
}

function descend(schema: z.ZodType | undefined, path: Path, value: Json): z.ZodType | undefined {
  return schema && objectAt(schema, path, value);
}

function unwrapped(schema: z.ZodType, value: Json): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return unwrapped(schema.unwrap() as z.ZodType, value);
  if (!(schema instanceof z.ZodUnion)) return schema;
  const options = (schema.options as readonly z.ZodType[]).map((option) => unwrapped(option, value));
  const wanted = Array.isArray(value) ? z.ZodArray : z.ZodObject;
  const [fitting] = options.filter((option) => option instanceof wanted).toSorted((a, b) => foreignKeys(a, value) - foreignKeys(b, value));
  return fitting ?? options.find((option) => option instanceof z.ZodRecord) ?? schema;
}

/** Fields of a value that a branch of a union does not know. */
function foreignKeys(option: z.ZodType, value: Json): number {
  return option instanceof z.ZodObject && typeof value === "object" && value !== null ? Object.keys(value).filter((key) => !Object.hasOwn(option.shape as object, key)).length : 0;
}
