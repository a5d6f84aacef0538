import { isAlias, isMap, isScalar, isSeq, type Document as YamlDocument, type Node, type Pair, type YAMLMap } from "yaml";
import { invalid, type Problem } from "../failure.ts";
import type { Json } from "../json.ts";
import type { AppName } from "../name.ts";
import { linesOf, type Lines, type Place } from "./lines.ts";
import { pathText, type Path } from "./path.ts";
import { isMerge, mostNodes, mostTextUnits, targetOf, valueOfYaml } from "./yaml-value.ts";
import { defaultLimits, readYaml, type Limits } from "./yaml-text.ts";

/** A document, whatever it is about: its value, and where its parts stand in the text that it came as. */
export interface Document {
  readonly value: Json;
  /** What `kind` says: `App`, `Cluster`; undefined where it says nothing. */
  readonly kind: string | undefined;
  /** What is wrong with the text but leaves a value: parsers add theirs, so that all is told at once. */
  readonly problems: readonly Problem[];
  /** Of a part of a pipeline: keys of its other clusters, each with the name of the app that it is of. */
  readonly siblings?: Readonly<Record<string, AppName>>;
  /**
   * Where the value at a path stands, or the nearest that is there. `key`: its name, where it has one. `offset`: a place
   * inside a text, in UTF-16 units. Undefined when the document did not come as text.
   */
  placeOf(path: Path, at?: { readonly key?: boolean; readonly offset?: number }): Place | undefined;
  /** How the value at a path is written, where it is one word: `4.10` of a version that YAML takes for a number. */
  sourceOf(path: Path): string | undefined;
}

interface TextOptions {
  /** Line of the file at which the text begins, from 1. */
  readonly firstLine?: number;
  readonly limits?: Limits;
}

/**
 * The documents of a YAML (or JSON) text; those that hold nothing are left out. Takes at most some tens of milliseconds,
 * whatever it is given. Throws Failure invalid, and nothing else: for what is no YAML, too large or too deep.
 */
export function parseDocuments(text: string, { firstLine = 1, limits = defaultLimits }: TextOptions = {}): readonly Document[] {
  const lines = linesOf(text, firstLine);
  return readYaml(text, lines, limits).map((document) => {
    const { value, problems } = valueOfYaml(document, lines, limits.depth);
    return {
      value,
      kind: kindOf(value),
      problems,
      placeOf: (path, at = {}) => placeIn(document, lines, path, at),
      sourceOf: (path) => sourceIn(document, lines, path),
    };
  });
}

/** The only document of a text. Throws invalid when there is none, or more. */
export function parseDocument(text: string, options: TextOptions = {}): Document {
  const [document, another] = parseDocuments(text, options);
  if (document === undefined) throw invalid([{ path: "", line: options.firstLine ?? 1, column: 1, reason: "DOCUMENT_EMPTY", message: "the text holds no document" }]);
  if (another !== undefined) throw invalid([{ path: "", ...another.placeOf([]), reason: "DOCUMENTS_SEVERAL", message: "one document is possible here, and the text holds more" }]);
  return document;
}

/** A document that did not come as text: a stored definition, a message. Throws invalid for what is no JSON, too much of it, or too deep. */
export function documentOfValue(value: unknown, { depth }: Pick<Limits, "depth"> = defaultLimits): Document {
  const json = jsonOf(value, [], { depth, nodes: 0, units: 0 });
  return { value: json, kind: kindOf(json), problems: [], placeOf: () => undefined, sourceOf: () => undefined };
}

function kindOf(value: Json): string | undefined {
  const kind = typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined;
  return typeof kind === "string" ? kind : undefined;
}

/** How deep a value may be, and how much of it was seen: no more than a text may hold. */
interface Seen {
  readonly depth: number;
  nodes: number;
  units: number;
}

/** A copy with nothing in it but JSON; fields that are undefined are left out. */
function jsonOf(value: unknown, path: Path, seen: Seen): Json {
  count(value, path, seen);
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string") return text(value, path);
  if (typeof value === "number") return number(value, path);
  if (Array.isArray(value)) return value.map((item, index) => jsonOf(item, [...path, index], seen));
  if (typeof value !== "object") throw notJson(path, "VALUE_INVALID", `a ${typeof value} is no value of a document`);
  const keys = Object.keys(value);
  if (seen.nodes + keys.length > mostNodes) throw tooMany();
  const fields = keys.map((key) => [key, (value as Readonly<Record<string, unknown>>)[key]] as const).filter(([, item]) => item !== undefined);
  if (fields.some(([key]) => key === "__proto__" || key.includes("\0") || !key.isWellFormed())) throw notJson(path, "KEY_INVALID", "a key of this map is not possible");
  return Object.fromEntries(fields.map(([key, item]) => [key, jsonOf(item, [...path, key], seen)]));
}

function count(value: unknown, path: Path, seen: Seen): void {
  if (path.length > seen.depth) throw notJson(path.slice(0, 6), "TOO_DEEP", `maps and lists are nested more than ${seen.depth} deep`);
  const key = path.at(-1);
  seen.nodes += 1;
  seen.units += (typeof value === "string" ? value.length : 0) + (typeof key === "string" ? key.length : 0);
  if (seen.nodes > mostNodes) throw tooMany();
  if (seen.units > mostTextUnits) throw notJson([], "TOO_LARGE", `the document has more than ${mostTextUnits} characters, and at most that many are possible`);
}

function tooMany() {
  return notJson([], "TOO_LARGE", `the document has more than ${mostNodes} values, and at most that many are possible`);
}

function text(value: string, path: Path): string {
  if (value.includes("\0") || !value.isWellFormed()) throw notJson(path, "CHARACTER_INVALID", "U+0000 and halves of characters may not stand in a text");
  return value;
}

function number(value: number, path: Path): number {
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) throw notJson(path, "NUMBER_UNSAFE", `${value} is no number that can be kept exactly`);
  return value;
}

function notJson(path: Path, reason: Problem["reason"], message: string) {
  return invalid([{ path: pathText(path), reason, message }], "the document");
}

/** The node at a path, as far as there is one, and the key that it stands under. */
interface Found {
  readonly node: Node | null;
  readonly key: Node | undefined;
  readonly complete: boolean;
}

function find(document: YamlDocument.Parsed, path: Path): Found {
  let found: Found = { node: document.contents, key: undefined, complete: true };
  for (const segment of path) {
    const next = step(document, found.node, segment);
    if (next === undefined) return { ...found, complete: false };
    found = { ...next, complete: true };
  }
  return found;
}

function step(document: YamlDocument.Parsed, node: Node | null, segment: string | number): Omit<Found, "complete"> | undefined {
  const target = isAlias(node) ? targetOf(document, node) : node;
  if (isSeq<Node | null>(target)) {
    const item = typeof segment === "number" ? target.items[segment] : undefined;
    return item === undefined ? undefined : { node: item, key: undefined };
  }
  if (!isMap<Node, Node | null>(target)) return undefined;
  const pair = pairsOf(target).get(segment);
  if (pair) return { node: pair.value, key: pair.key };
  return target.items.filter(isMerge).reduce<Omit<Found, "complete"> | undefined>((found, item) => found ?? stepIntoMerge(document, item, segment), undefined);
}

/** A map's own pairs by key, the first of each: places are asked for one after another. */
function pairsOf(map: YAMLMap<Node, Node | null>): ReadonlyMap<unknown, Pair<Node, Node | null>> {
  const known = pairs.get(map) ?? new Map(map.items.toReversed().flatMap((item) => (isScalar(item.key) ? [[item.key.value, item] as const] : [])));
  pairs.set(map, known);
  return known;
}

const pairs = new WeakMap<YAMLMap<Node, Node | null>, ReadonlyMap<unknown, Pair<Node, Node | null>>>();

function stepIntoMerge(document: YamlDocument.Parsed, { value }: Pair<Node, Node | null>, segment: string | number): Omit<Found, "complete"> | undefined {
  const sources = isSeq<Node | null>(value) ? value.items : [value];
  for (const source of sources) {
    const found = step(document, source, segment);
    if (found) return found;
  }
  return undefined;
}

function placeIn(document: YamlDocument.Parsed, lines: Lines, path: Path, { key = false, offset }: { readonly key?: boolean; readonly offset?: number }): Place {
  const found = find(document, path);
  const keyStart = found.key?.range?.[0];
  // What is missing is told at the name of what it is missing in.
  if ((key || !found.complete) && keyStart !== undefined) return lines.placeAt(keyStart);
  const range = found.node?.range;
  if (!range) return lines.placeAt(keyStart ?? 0);
  if (offset === undefined || !found.complete || !isScalar(found.node) || typeof found.node.value !== "string") return lines.placeAt(range[0]);
  return lines.placeAt(range[0] + offsetInSource(lines.text.slice(range[0], range[1]), found.node.value, offset));
}

function sourceIn(document: YamlDocument.Parsed, lines: Lines, path: Path): string | undefined {
  const { node, complete } = find(document, path);
  return complete && isScalar(node) && node.range ? lines.text.slice(node.range[0], node.range[1]) : undefined;
}

/**
 * Where the character of a text stands in what it was written as: quotes, indentation, folding and escapes are in between.
 * Goes along both and skips what is only in the source; off by some characters at worst where escapes are.
 */
function offsetInSource(source: string, value: string, offset: number): number {
  const verbatim = source.indexOf(value);
  if (verbatim >= 0) return verbatim + offset;
  let at = /^["']/.test(source) ? 1 : Math.max(0, source.indexOf("\n") + 1);
  for (let index = 0; index < offset && at < source.length; index += 1) at = after(source, at, value.charAt(index));
  // The character itself comes after indentation.
  return Math.min(Math.max(at, after(source, at, value.charAt(offset)) - 1), source.length);
}

/** Index after the next such character, if one is near; a folded line end may be any white space. */
function after(source: string, at: number, character: string): number {
  const near = source.slice(at, at + 200);
  const index = near.indexOf(character);
  return at + 1 + (index >= 0 ? index : /\s/.test(character) ? Math.max(0, near.search(/\s/)) : 0);
}
