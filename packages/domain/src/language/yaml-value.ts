import { isAlias, isMap, isScalar, isSeq, type Alias, type Document as YamlDocument, type Node, type Pair, type Scalar, type YAMLMap } from "yaml";
import { invalid, type Problem } from "../failure.ts";
import type { Json } from "../json.ts";
import type { Lines } from "./lines.ts";
import { pathText, type Path } from "./path.ts";

/*
 * Nodes of YAML → JSON, by the core schema of YAML 1.2 and the merge key `<<`, refusing what readers of YAML 1.1 (kubectl is
 * one) would take for something else. Aliases are counted as often as they are used.
 */

/** Of a document, however it came: what is judged takes time that grows with these. */
export const mostNodes = 30_000;
export const mostTextUnits = 1_000_000;

export interface Read {
  readonly value: Json;
  /** What is wrong, but leaves a value to go on with. */
  readonly problems: readonly Problem[];
}

interface Reader {
  readonly document: YamlDocument.Parsed;
  readonly lines: Lines;
  readonly depth: number;
  readonly problems: Problem[];
  /** Targets of the aliases that are being followed. */
  readonly following: Set<Node>;
  nodes: number;
  units: number;
}

/** Throws invalid for what cannot be a value: an alias in itself, too much of anything. */
export function valueOfYaml(document: YamlDocument.Parsed, lines: Lines, depth: number): Read {
  const reader: Reader = { document, lines, depth, problems: [], following: new Set(), nodes: 0, units: 0 };
  const value = valueOf(reader, document.contents, []);
  return { value, problems: reader.problems };
}

function valueOf(reader: Reader, node: Node | null, path: Path): Json {
  count(reader, node, path);
  if (node === null) return null;
  if (isAlias(node)) return aliasValue(reader, node, path);
  refuseTag(reader, node, path);
  if (isScalar(node)) return scalarValue(reader, node, path);
  if (isSeq<Node | null>(node)) return node.items.map((item, index) => valueOf(reader, item, [...path, index]));
  return isMap<Node, Node | null>(node) ? mapValue(reader, node, path) : null;
}

function count(reader: Reader, node: Node | null, path: Path): void {
  reader.nodes += 1;
  if (isScalar(node) && typeof node.value === "string") reader.units += node.value.length;
  const at = placeOf(reader, node);
  if (reader.nodes > mostNodes || reader.units > mostTextUnits) throw invalid([{ path: pathText(path), ...at, reason: "TOO_LARGE", message: "the document is too large once its aliases (*) are followed" }]);
  if (path.length > reader.depth) throw invalid([{ path: pathText(path.slice(0, 6)), ...at, reason: "TOO_DEEP", message: `maps and lists are nested more than ${reader.depth} deep` }]);
}

function aliasValue(reader: Reader, node: Alias, path: Path): Json {
  const target = targetOf(reader.document, node);
  if (target === undefined) return note(reader, node, path, "ALIAS_UNKNOWN", `no anchor (&) is named ${node.source.slice(0, 40)} before this alias`);
  if (reader.following.has(target)) throw invalid([{ path: pathText(path), ...placeOf(reader, node), reason: "ALIAS_CYCLE", message: `the alias ${node.source.slice(0, 40)} contains itself` }]);
  reader.following.add(target);
  const value = valueOf(reader, target, path);
  reader.following.delete(target);
  return value;
}

const anchors = new WeakMap<YamlDocument, ReadonlyMap<string, readonly Node[]>>();

/** The last anchor of that name before the alias. The library looks through the whole document for each. */
export function targetOf(document: YamlDocument.Parsed, alias: Alias): Node | undefined {
  const known = anchors.get(document) ?? anchorsIn(document);
  anchors.set(document, known);
  const before = alias.range?.[0] ?? 0;
  return known.get(alias.source)?.findLast((node) => (node.range?.[0] ?? 0) < before);
}

function anchorsIn(document: YamlDocument.Parsed): ReadonlyMap<string, readonly Node[]> {
  const found = new Map<string, Node[]>();
  const visit = (node: Node | null): void => {
    if (node === null || isAlias(node)) return;
    if ("anchor" in node && node.anchor !== undefined) found.set(node.anchor, [...(found.get(node.anchor) ?? []), node]);
    if (isSeq<Node | null>(node)) for (const item of node.items) visit(item);
    if (isMap<Node | null, Node | null>(node)) {
      for (const { key, value } of node.items) {
        visit(key);
        visit(value);
      }
    }
  };
  visit(document.contents);
  return found;
}

const knownTags = ["tag:yaml.org,2002:str", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:null", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"];

function refuseTag(reader: Reader, node: Node, path: Path): void {
  if (isAlias(node) || node.tag === undefined || knownTags.includes(node.tag)) return;
  note(reader, node, path, "TAG_NOT_SUPPORTED", `the tag ${node.tag.slice(0, 40)} has no meaning here: leave it out`);
}

function scalarValue(reader: Reader, node: Scalar, path: Path): Json {
  const { value } = node;
  if (typeof value === "string") return textValue(reader, node, value, path);
  if (typeof value === "number") return numberValue(reader, node, value, path);
  return typeof value === "boolean" ? value : null;
}

function textValue(reader: Reader, node: Scalar, value: string, path: Path): Json {
  if (node.type === "PLAIN" && node.tag === undefined) refuseAmbiguous(reader, node, value, path);
  if (value.includes("\0")) return note(reader, node, path, "CHARACTER_INVALID", "the character U+0000 may not stand in a text");
  if (!value.isWellFormed()) return note(reader, node, path, "CHARACTER_INVALID", "half a character (a lone surrogate) may not stand in a text");
  return value;
}

function numberValue(reader: Reader, node: Scalar, value: number, path: Path): Json {
  const source = sourceOf(reader, node);
  if (refuseAmbiguous(reader, node, source, path)) return value;
  const safe = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  return safe ? value : note(reader, node, path, "NUMBER_UNSAFE", `${source.slice(0, 40)} is no number that can be kept exactly: quote it if it is text`);
}

/** Plain words that YAML 1.1 reads as a boolean, a number that is no decimal, a sixty-based one, or a date. */
const ambiguous = /^(?:y|Y|n|N|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|[-+]?0[0-7]+|[-+]?0[oO][0-7]+|[-+]?0[bB][01]+|[-+]?0X[0-9a-fA-F]+|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|\d{4}-\d{1,2}-\d{1,2}(?:[Tt ].*)?)$/;
/** It also leaves out every `_` of a number. */
const number = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)$/;

function isAmbiguous(source: string): boolean {
  return ambiguous.test(source) || (/^[-+.0-9].*_/.test(source) && number.test(source.replaceAll("_", "")));
}

function refuseAmbiguous(reader: Reader, node: Scalar, source: string, path: Path): boolean {
  if (source.length > 60 || !isAmbiguous(source)) return false;
  note(reader, node, path, "SCALAR_AMBIGUOUS", `"${source}" means something else to other readers of YAML: quote it, or write true, false or the plain number`, `"${source}"`);
  return true;
}

function mapValue(reader: Reader, node: YAMLMap<Node, Node | null>, path: Path): Json {
  const fields: Record<string, Json> = {};
  const own = ownKeys(node);
  const seen = new Set<string>();
  for (const pair of node.items) {
    if (isMerge(pair)) merge(reader, pair.value, path, fields, own);
    else setField(reader, pair, path, fields, seen);
  }
  return fields;
}

/** Keys that the map spells out win over merged ones, wherever they stand. */
function ownKeys(node: YAMLMap<Node, Node | null>): ReadonlySet<string> {
  return new Set(node.items.flatMap((pair) => (!isMerge(pair) && isScalar(pair.key) && typeof pair.key.value === "string" ? [pair.key.value] : [])));
}

export function isMerge({ key }: Pair<Node, Node | null>): boolean {
  return isScalar(key) && key.value === "<<" && key.type === "PLAIN";
}

function setField(reader: Reader, { key, value }: Pair<Node, Node | null>, path: Path, fields: Record<string, Json>, seen: Set<string>): void {
  const name = keyOf(reader, key, path);
  if (name === undefined) return;
  if (seen.has(name)) {
    note(reader, key, [...path, name], "KEY_DUPLICATE", `${name.slice(0, 60)} stands twice in this map`);
    return;
  }
  seen.add(name);
  fields[name] = valueOf(reader, value, [...path, name]);
}

function keyOf(reader: Reader, key: Node | null, path: Path): string | undefined {
  const refuse = (reason: "KEY_INVALID", message: string) => void note(reader, key, path, reason, message);
  if (!isScalar(key)) return refuse("KEY_INVALID", "a key must be a word, not a list, a map or an alias") ?? undefined;
  const source = sourceOf(reader, key);
  if (typeof key.value !== "string") return refuse("KEY_INVALID", source === "" ? "a key is missing before the colon" : `the key ${source.slice(0, 60)} is no text: quote it`) ?? undefined;
  if (key.type === "PLAIN") refuseAmbiguous(reader, key, key.value, path);
  if (key.value === "__proto__" || key.value.includes("\0") || !key.value.isWellFormed()) return refuse("KEY_INVALID", "this key is not possible") ?? undefined;
  return key.value;
}

/** `<<: *a` and `<<: [*a, *b]`; the earlier of two wins. */
function merge(reader: Reader, value: Node | null, path: Path, fields: Record<string, Json>, own: ReadonlySet<string>): void {
  for (const source of isSeq<Node | null>(value) ? value.items : [value]) {
    const merged = valueOf(reader, source, [...path, "<<"]);
    if (typeof merged !== "object" || merged === null || Array.isArray(merged)) note(reader, source, [...path, "<<"], "MERGE_INVALID", "<< takes a map, or a list of maps: mostly an alias of one");
    else for (const [key, item] of Object.entries(merged)) if (!own.has(key) && !Object.hasOwn(fields, key)) fields[key] = item;
  }
}

function note(reader: Reader, node: Node | null, path: Path, reason: Problem["reason"], message: string, suggestion?: string): null {
  if (reader.problems.length < 100) reader.problems.push({ path: pathText(path), ...placeOf(reader, node), reason, message, ...(suggestion !== undefined && { suggestion }) });
  return null;
}

function placeOf({ lines }: Reader, node: Node | null) {
  return node?.range ? lines.placeAt(node.range[0]) : {};
}

function sourceOf({ lines }: Reader, node: Scalar): string {
  return node.range ? lines.text.slice(node.range[0], node.range[1]) : "";
}
