import { Failure } from "../failure.ts";
import type { Json } from "../json.ts";

/**
 * What a template comes to.
 *
 * - `text`: the template has text in it, or is one expression that gives a text.
 * - `json`: it is exactly one expression that gives a number, boolean, list or map, whose type is kept.
 * - `null`: it is exactly one expression that gives null: whoever holds the template leaves its key out.
 * - `secret`: it reads secrets. They are named, not known: env renders a lone one as a `secretKeyRef`, and others as text
 *   around `$(TROUPE_SECRET_x)`.
 */
export type Value =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "json"; readonly value: Json }
  | { readonly kind: "null" }
  | { readonly kind: "secret"; readonly parts: readonly SecretPart[] };

export type SecretPart = string | SecretSource;

/** Where a secret's value is: one of the app's own, or a key of the Secret of another cluster that it exports. */
export type SecretSource = { readonly kind: "own"; readonly name: string } | { readonly kind: "exported"; readonly of: SecretExport };

/** A key of a Secret, offered to other clusters: whoever may read it there, can. */
export interface SecretExport {
  readonly namespace: string;
  readonly secret: string;
  readonly key: string;
}

/** What a cluster offers under one name. */
export type ExportValue = string | SecretExport;

/** Longest text that an expression may make, in UTF-16 units. */
export const longestText = 256 * 1024;

/** What an expression sees of a secret: that it is one. */
export class SecretReference {
  readonly source: SecretSource;
  constructor(source: SecretSource) {
    this.source = source;
  }
}

/** A value of the language as JSON. Integers leave here: those that a JSON number cannot hold are refused. */
export function jsonOf(value: unknown): Json {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return finite(value);
  if (typeof value === "bigint") return safe(value);
  if (Array.isArray(value)) return value.map(jsonOf);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [keyOf(key), jsonOf(item)]));
  if (isPlain(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonOf(item)]));
  if (value instanceof SecretReference) throw failed("a secret cannot be part of a list, a map or a function's argument");
  throw failed("a member, role or cluster is no value: read one of its fields");
}

/** A value of the language as it stands inside text; null is nothing, lists and maps are JSON. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null) return "";
  if (typeof value === "number") return String(finite(value));
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  return JSON.stringify(jsonOf(value));
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function keyOf(key: unknown): string {
  return typeof key === "string" ? key : textOf(key);
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw failed("the result is not a number");
  return value;
}

function safe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER)) throw failed(`${value} is too large for a number: make it text with string(…)`);
  return Number(value);
}

function failed(message: string): Failure {
  return new Failure("invalid", message, { reason: "EXPRESSION_FAILED" });
}
