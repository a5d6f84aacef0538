import { createHash } from "node:crypto";
import { namedIn } from "./by-name.ts";
import { Failure } from "./failure.ts";
import type { Digest } from "./name.ts";

/**
 * The one spelling of a value: keys sorted by code unit, no white space, fields that are undefined left out.
 * Equal values have equal texts whatever the order they were built in. What JSON cannot say is a bug, and throws.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (isRecord(value)) return `{${fieldsOf(value)}}`;
  throw new Failure("internal", `${typeof value} is no JSON`);
}

/** Whether two values of JSON are the same, whatever the order of their keys; a field that is undefined is none. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => isSameJson(item, b[index]));
  if (!isRecord(a) || !isRecord(b)) return false;
  return Object.keys(a).every((key) => isSameJson(a[key], namedIn(b, key))) && Object.keys(b).every((key) => b[key] === undefined || namedIn(a, key) !== undefined);
}

/** sha256 of the canonical JSON, in hex. */
export function digestOf(value: unknown): Digest {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

function fieldsOf(record: Readonly<Record<string, unknown>>): string {
  let text = "";
  // Without a comparison of its own, texts are sorted by code unit.
  for (const key of Object.keys(record).toSorted()) {
    const value = record[key];
    if (value !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(value)}`;
  }
  return text;
}

/** Maps, dates and other instances are refused: JSON would silently drop what they hold. */
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
