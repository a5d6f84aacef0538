import { Failure } from "../failure.ts";

/**
 * Regular expressions whose time grows with the length of the text only, as in RE2: the engine of JavaScript
 * goes back and forth, so that a definition's pattern could stall a process. Letters, classes, groups, `|`, `* + ? {n,m}`,
 * `^`, `$`, `\d \w \s`; no back references and no look-around. Found anywhere in the text unless anchored.
 */
export interface Pattern {
  readonly source: string;
  readonly steps: readonly Step[];
}

type Test = (codePoint: number) => boolean;
type Step =
  | { readonly kind: "one"; readonly test: Test }
  | { readonly kind: "start" | "end" | "match" }
  /** Goes on at both, relative to itself. */
  | { readonly kind: "fork"; readonly a: number; readonly b: number };

const mostSteps = 500;

export function parsePattern(source: string): Pattern {
  const reader: Reader = { source, at: 0, groups: 0 };
  const steps = alternatives(reader);
  if (reader.at < source.length) throw refused(source, "has a ) too many");
  return { source, steps: [...steps, { kind: "match" }] };
}

export function matches({ steps }: Pattern, text: string): boolean {
  const search: Search = { steps, reached: new Int32Array(steps.length).fill(-1), waiting: new Int32Array(steps.length), count: 0, pending: [] };
  const threads = new Int32Array(steps.length);
  const characters = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  let count = 0;
  for (let at = 0; at <= characters.length; at += 1) {
    const place = { at, first: at === 0, last: at === characters.length };
    search.count = 0;
    follow(search, 0, place);
    for (let index = 0; index < count; index += 1) follow(search, threads[index] ?? 0, place);
    if (search.reached[steps.length - 1] === at) return true;
    count = advance(search, characters[at] ?? -1, threads);
  }
  return false;
}

interface Search {
  readonly steps: readonly Step[];
  /** The place in the text at which a step was last reached, so that each is followed once a place. */
  readonly reached: Int32Array;
  /** The first `count` are the steps that wait for a character. */
  readonly waiting: Int32Array;
  count: number;
  readonly pending: number[];
}

/** Puts the steps that come after this character into `threads`, and says how many they are. */
function advance({ steps, waiting, count }: Search, codePoint: number, threads: Int32Array): number {
  let advanced = 0;
  for (let index = 0; index < count; index += 1) {
    const at = waiting[index] ?? 0;
    const step = steps[at];
    if (step?.kind !== "one" || !step.test(codePoint)) continue;
    threads[advanced] = at + 1;
    advanced += 1;
  }
  return advanced;
}

/** Adds the steps that wait for a character, of all that can be reached from `from` without reading one. */
function follow(search: Search, from: number, place: { readonly at: number; readonly first: boolean; readonly last: boolean }): void {
  const { steps, reached, waiting, pending } = search;
  pending.push(from);
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    const step = steps[index];
    if (step === undefined || reached[index] === place.at) continue;
    reached[index] = place.at;
    if (step.kind === "one") waiting[search.count++] = index;
    if (step.kind === "fork") pending.push(index + step.a, index + step.b);
    if ((step.kind === "start" && place.first) || (step.kind === "end" && place.last)) pending.push(index + 1);
  }
}

interface Reader {
  readonly source: string;
  at: number;
  groups: number;
}

function alternatives(reader: Reader): readonly Step[] {
  const left = sequence(reader);
  if (reader.source[reader.at] !== "|") return left;
  reader.at += 1;
  const right = alternatives(reader);
  return limited(reader, [{ kind: "fork", a: 1, b: left.length + 2 }, ...left, { kind: "fork", a: right.length + 1, b: right.length + 1 }, ...right]);
}

function sequence(reader: Reader): readonly Step[] {
  const steps: Step[] = [];
  while (reader.at < reader.source.length && !"|)".includes(reader.source.charAt(reader.at))) {
    steps.push(...repeated(reader, atom(reader)));
    limited(reader, steps);
  }
  return steps;
}

function repeated(reader: Reader, steps: readonly Step[]): readonly Step[] {
  const match = /^(?:[*+?]|\{(\d{1,3})(,(\d{1,3})?)?\})/.exec(reader.source.slice(reader.at, reader.at + 12));
  if (!match) return steps;
  reader.at += match[0].length;
  if (/^[*+?{]/.test(reader.source.slice(reader.at))) throw refused(reader.source, "repeats a repetition: put it into a group");
  const optional = { kind: "fork", a: 1, b: steps.length + 1 } as const;
  const star: readonly Step[] = [{ kind: "fork", a: 1, b: steps.length + 2 }, ...steps, { kind: "fork", a: -steps.length - 1, b: 1 }];
  if (match[0] === "*") return star;
  if (match[0] === "+") return limited(reader, [...steps, ...star]);
  if (match[0] === "?") return [optional, ...steps];
  const least = Number(match[1]);
  const most = match[2] === undefined ? least : match[3] === undefined ? Number.POSITIVE_INFINITY : Number(match[3]);
  if (most < least) throw refused(reader.source, `has ${match[0]}, whose end is before its beginning`);
  const times = least + (Number.isFinite(most) ? most - least : 0);
  if (times * (steps.length + 1) > mostSteps) throw tooLarge(reader.source);
  const extra = Number.isFinite(most) ? Array.from({ length: most - least }, () => [optional, ...steps]).flat() : star;
  return limited(reader, [...Array.from({ length: least }, () => steps).flat(), ...extra]);
}

function atom(reader: Reader): readonly Step[] {
  const character = String.fromCodePoint(reader.source.codePointAt(reader.at) ?? 0);
  reader.at += character.length;
  switch (character) {
    case "(":
      return group(reader);
    case "[":
      return [{ kind: "one", test: characterClass(reader) }];
    case ".":
      return [{ kind: "one", test: (codePoint) => codePoint !== 10 }];
    case "^":
      return [{ kind: "start" }];
    case "$":
      return [{ kind: "end" }];
    case "\\":
      return [{ kind: "one", test: escape(reader) }];
    case "*":
    case "+":
    case "?":
      throw refused(reader.source, `has a ${character} with nothing before it`);
    default:
      return [{ kind: "one", test: exactly(character) }];
  }
}

function group(reader: Reader): readonly Step[] {
  if (reader.source.startsWith("?:", reader.at)) reader.at += 2;
  else if (reader.source[reader.at] === "?") throw refused(reader.source, "looks around or names a group, which is not possible here");
  reader.groups += 1;
  if (reader.groups > 50) throw tooLarge(reader.source);
  const steps = alternatives(reader);
  if (reader.source[reader.at] !== ")") throw refused(reader.source, "has a ( that is not closed");
  reader.at += 1;
  return steps;
}

const classes: Readonly<Record<string, RegExp>> = { d: /\d/, D: /\D/, w: /\w/, W: /\W/, s: /\s/, S: /\S/ };
const controls: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

function escape(reader: Reader): Test {
  const character = String.fromCodePoint(reader.source.codePointAt(reader.at) ?? 0);
  if (reader.at >= reader.source.length) throw refused(reader.source, "ends with a backslash");
  reader.at += character.length;
  const set = classes[character];
  if (set) return (codePoint) => set.test(String.fromCodePoint(codePoint));
  if (/[0-9A-Za-z]/.test(character) && !(character in controls)) throw refused(reader.source, `has \\${character}, which is not possible here`);
  return exactly(controls[character] ?? character);
}

function characterClass(reader: Reader): Test {
  const negated = reader.source[reader.at] === "^";
  if (negated) reader.at += 1;
  const tests: Test[] = [];
  for (let first = true; first || reader.source[reader.at] !== "]"; first = false) {
    if (reader.at >= reader.source.length) throw refused(reader.source, "has a [ that is not closed");
    tests.push(classItem(reader));
  }
  reader.at += 1;
  const [only] = tests;
  if (only !== undefined && tests.length === 1 && !negated) return only;
  return (codePoint) => tests.some((test) => test(codePoint)) !== negated;
}

function classItem(reader: Reader): Test {
  const from = reader.source.codePointAt(reader.at) ?? 0;
  reader.at += String.fromCodePoint(from).length;
  if (from === 92) return escape(reader);
  if (reader.source[reader.at] !== "-" || [undefined, "]"].includes(reader.source[reader.at + 1])) return (codePoint) => codePoint === from;
  const to = reader.source.codePointAt(reader.at + 1) ?? 0;
  reader.at += 1 + String.fromCodePoint(to).length;
  if (to < from) throw refused(reader.source, "has a range whose end is before its beginning");
  return (codePoint) => codePoint >= from && codePoint <= to;
}

function exactly(character: string): Test {
  const wanted = character.codePointAt(0);
  return (codePoint) => codePoint === wanted;
}

function limited(reader: Reader, steps: readonly Step[]): readonly Step[] {
  if (steps.length > mostSteps) throw tooLarge(reader.source);
  return steps;
}

function tooLarge(source: string): Failure {
  return refused(source, "is too large: it must need fewer steps");
}

function refused(source: string, why: string): Failure {
  return new Failure("invalid", `the pattern ${source.slice(0, 60)} ${why}`, { reason: "PATTERN_INVALID" });
}
