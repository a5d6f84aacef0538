import { createHash } from "node:crypto";
import { stringify } from "yaml";
import { Failure } from "../failure.ts";
import { matches, parsePattern, type Pattern } from "./pattern.ts";
import { firstPlace, lastPlace, piecesOf } from "./search.ts";
import { jsonOf, longestText } from "./value.ts";

/**
 * What expressions can call besides what CEL has: signature and implementation. Integers are bigints.
 * Text and lists that an implementation makes are measured where they are used (evaluate.ts); what could grow
 * beyond memory before that is refused here.
 */
export const functions: readonly (readonly [signature: string, handler: (...args: never[]) => unknown])[] = [
  ["json(dyn): string", (value: unknown) => JSON.stringify(jsonOf(value))],
  ["yaml(dyn): string", (value: unknown) => stringify(jsonOf(value), { lineWidth: 0, aliasDuplicateObjects: false, compat: "yaml-1.1" })],
  ["base64(string): string", base64],
  ["sha256(string): string", (text: string) => createHash("sha256").update(text).digest("hex")],
  ["min(int, int): int", (a: bigint, b: bigint) => (a < b ? a : b)],
  ["max(int, int): int", (a: bigint, b: bigint) => (a > b ? a : b)],
  ["min(double, double): double", (a: number, b: number) => Math.min(a, b)],
  ["max(double, double): double", (a: number, b: number) => Math.max(a, b)],
  ["min(list<int>): int", (list: readonly bigint[]) => extreme(list, (a, b) => a < b)],
  ["max(list<int>): int", (list: readonly bigint[]) => extreme(list, (a, b) => a > b)],
  ["range(int): list<int>", range],
  ["ceil(double): int", (value: number) => whole(Math.ceil(value))],
  ["floor(double): int", (value: number) => whole(Math.floor(value))],
  ["round(double): int", (value: number) => whole(Math.round(value))],
  ["abs(int): int", (value: bigint) => (value < 0n ? -value : value)],
  ["abs(double): double", (value: number) => Math.abs(value)],
  ["string.replace(string, string): string", replace],
  ["string.charAt(int): string", (text: string, index: bigint) => text.charAt(Number(index))],
  ["string.reverse(): string", (text: string) => Array.from(text).toReversed().join("")],
  ["string.safeMatches(string): bool", safeMatches],
  ["string.safeContains(string): bool", (text: string, search: string) => firstPlace(text, search) >= 0],
  ["string.safeIndexOf(string): int", (text: string, search: string) => BigInt(firstPlace(text, search))],
  ["string.safeIndexOf(string, int): int", (text: string, search: string, from: bigint) => BigInt(firstPlace(text, search, placeIn(text, from)))],
  ["string.safeLastIndexOf(string): int", (text: string, search: string) => BigInt(lastPlace(text, search))],
  ["string.safeLastIndexOf(string, int): int", (text: string, search: string, from: bigint) => BigInt(lastPlace(text, search, placeIn(text, from)))],
  ["string.safeSplit(string): list<string>", piecesOf],
  ["string.safeSplit(string, int): list<string>", split],
  ["list<string>.safeJoin(): string", (list: readonly string[]) => join(list, "")],
  ["list<string>.safeJoin(string): string", join],
  ["list<A>.first(int): list<A>", (list: readonly unknown[], count: bigint) => list.slice(0, Math.max(0, Number(count)))],
  ["list<A>.slice(int, int): list<A>", (list: readonly unknown[], from: bigint, to: bigint) => list.slice(Number(from), Number(to))],
  ["list<A>.reverse(): list<A>", (list: readonly unknown[]) => list.toReversed()],
  ["list<A>.distinct(): list<A>", (list: readonly unknown[]) => [...new Set(list)]],
  ["list<A>.sort(): list<A>", sort],
];

/** CEL's own that are replaced, since they could run for ever or fill the memory: name in the language → name above. */
export const replaced: Readonly<Record<string, string>> = {
  matches: "safeMatches",
  contains: "safeContains",
  indexOf: "safeIndexOf",
  lastIndexOf: "safeLastIndexOf",
  split: "safeSplit",
  join: "safeJoin",
};

/** All that the language has, for `did you mean`; whatever else the CEL library knows is refused. */
export const functionNames: readonly string[] =
  "bool double has int size string topology json yaml base64 sha256 min max range ceil floor round abs".split(" ");
export const methodNames: readonly string[] = [
  "map filter all exists exists_one size hosts service join first slice distinct sort reverse",
  "contains startsWith endsWith matches indexOf lastIndexOf substring split trim lowerAscii upperAscii replace charAt",
].flatMap((names) => names.split(" "));

const mostItems = 10_000n;

function range(count: bigint): readonly bigint[] {
  if (count > mostItems) throw failed(`range(${count}) is longer than ${mostItems}`);
  return Array.from({ length: Math.max(0, Number(count)) }, (_, index) => BigInt(index));
}

function extreme<T>(list: readonly T[], wins: (a: T, b: T) => boolean): T {
  const [first, ...others] = list;
  if (first === undefined) throw failed("an empty list has neither min nor max");
  return others.reduce((best, next) => (wins(next, best) ? next : best), first);
}

function whole(value: number): bigint {
  if (!Number.isSafeInteger(value)) throw failed(`${value} is no whole number that fits`);
  return BigInt(value);
}

function sort(list: readonly unknown[]): readonly unknown[] {
  if (!list.every((item) => typeof item === typeof list[0] && ["string", "bigint", "number"].includes(typeof item))) throw failed("sort() takes a list of texts, or of numbers");
  return list.toSorted((a, b) => (comparable(a) < comparable(b) ? -1 : comparable(a) > comparable(b) ? 1 : 0));
}

function comparable(value: unknown): string | number | bigint {
  return typeof value === "string" || typeof value === "bigint" || typeof value === "number" ? value : "";
}

function join(list: readonly string[], separator: string): string {
  if (!list.every((item) => typeof item === "string")) throw failed("join() takes a list of texts: turn numbers into text with string(…)");
  const length = list.reduce((sum, item) => sum + item.length + separator.length, 0);
  if (length > longestText) throw failed(`join() makes a text longer than ${longestText} characters`);
  return list.join(separator);
}

function replace(text: string, from: string, to: string): string {
  const pieces = piecesOf(text, from);
  if (text.length + pieces.length * to.length > longestText) throw failed(`replace() makes a text longer than ${longestText} characters`);
  return pieces.join(to);
}

/** At most so many pieces, the last with all that is left; all where the number is negative. */
function split(text: string, separator: string, most: bigint): readonly string[] {
  const pieces = piecesOf(text, separator);
  if (most < 0n || BigInt(pieces.length) <= most) return pieces;
  if (most === 0n) return [];
  const count = Number(most) - 1;
  return [...pieces.slice(0, count), pieces.slice(count).join(separator)];
}

function placeIn(text: string, from: bigint): number {
  if (from < 0n || from >= BigInt(Math.max(1, text.length))) throw failed(`${from} is no place in a text of ${text.length} characters`);
  return Number(from);
}

function base64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, index) => String.fromCharCode(...bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes)));
  return btoa(chunks.join(""));
}

/** A call takes only so many arguments. */
const chunkBytes = 8192;

/** About 20 ns for each character and step of the pattern; `meter.ts` charges for them. */
const longestSearch = 20_000;

function safeMatches(text: string, source: string): boolean {
  const pattern = compiled(source);
  if (text.length * pattern.steps.length > longestSearch) throw failed(`matches() of this pattern takes texts of at most ${Math.floor(longestSearch / pattern.steps.length)} characters`);
  return matches(pattern, text);
}

const patterns = new Map<string, Pattern>();

function compiled(source: string): Pattern {
  const known = patterns.get(source);
  if (known) return known;
  if (patterns.size >= 100) patterns.clear();
  const pattern = parsePattern(source);
  patterns.set(source, pattern);
  return pattern;
}

function failed(message: string): Failure {
  return new Failure("invalid", message, { reason: "EXPRESSION_FAILED" });
}
