import fc from "fast-check";
import type { Seed } from "./seeds.ts";

/** Changes of texts that know nothing of what the texts mean. */

type Edit = (text: string) => string;

/** What is put into a text, or in place of a word of it. */
const pieces: readonly string[] = [
  ..."{ } [ ] : , - ? | > & * ! % @ ` # ' \" ~ = << --- ... \\ / $ }} ${{ $${{".split(" "),
  ..."null true yes 012 0o17 0x1F 1_000 1:30 2026-11-28 .inf -.nan 1e400 -0 4.10 99999999999999999999 -1 0 1 1.5 1.. ..1 3+ 1..7 9Gi 1m 30s".split(" "),
  ..."__proto__ constructor toString length all main default spec roles members env files hooks needs params secrets exports pod kind name".split(" "),
  ..."&a *a *b &b [*a,*a] {<<:*a} !!str !!int !!binary !x".split(" "),
  "\n", "\r", "\r\n", "\t", "\0", "\f", "\u0085", "\u2028", "\uFEFF", "\u00A0", "\uD800", "\uDFFF", "\uE000", "\uE001", "\uFFFE", "\uFFFF", "\u0007", "\u001b", "é", "e\u0301", "漢", "😀", "\u202E", "ﷺ",
  "- ", "? ", ": ", " #", "<<: *a", "&a {a: 1}", "[&a [1], *a]", "&a [*a]", "a: b: c", '"\\u0000"', '"\\ud800"', '"\\x07"', "'", "|2-\n", ">+\n", "%YAML 1.1\n---\n", "\n---\n", "\n...\n", "# c\n",
  "${{ member.id }}", "${{ a ? b : c }}", "${{ params.p", "${{ '}}' }}", "${{ needs.a.b }}", "${{ [1][0] }}", "${{ 1 / 0 }}", "${{ roles.server.hosts('p') }}", "${{ secrets.s }}", "${{ yaml(range(9000)) }}", "${{ 'a' + 1 }}", "${{\n1 }}", "${{ \u0000 }}", "${{ r'\\' }}", "${{ '\\ud800' }}",
];

/** Of any characters, halves of them too. */
export const anyText = fc.string({ unit: fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit)), maxLength: 8 });

const place = fc.nat({ max: 9999 });
const piece = fc.oneof({ arbitrary: fc.constantFrom(...pieces), weight: 6 }, { arbitrary: anyText, weight: 1 });
/** Often a few, seldom enough to go beyond limits. */
const times = fc.oneof({ arbitrary: fc.integer({ min: 1, max: 5 }), weight: 6 }, { arbitrary: fc.integer({ min: 6, max: 60 }), weight: 3 }, { arbitrary: fc.integer({ min: 1000, max: 30_000 }), weight: 1 });

function editOf(others: readonly Seed[]): fc.Arbitrary<Edit> {
  return fc.oneof(
    fc.tuple(place, piece).map(([at, put]) => onText(at, (before, after) => before + put + after)),
    fc.tuple(place, fc.nat({ max: 12 })).map(([at, length]) => onText(at, (before, after) => before + after.slice(length))),
    fc.tuple(place, piece).map(([at, put]) => onText(at, (before, after) => before.replace(/[^\s,:{}[\]]*$/, "") + put + after.replace(/^[^\s,:{}[\]]*/, ""))),
    fc.tuple(place, piece, times).map(([at, put, count]) => onText(at, (before, after) => before + put.repeat(count) + after)),
    fc.tuple(place, fc.constantFrom("a", "a ", "a\n", "é", "{a: ", "[", "- ", "? ", "&a", "*a ", '"', "a: 1, ", "${{ 1 }}"), times).map(([at, put, count]) => onText(at, (before, after) => before + put.repeat(count) + after)),
    fc.tuple(place, piece).map(([at, put]) => onLine(at, (line) => [line.replace(/(:\s).*$/s, `$1${put.replaceAll("$", "$$$$")}`)])),
    place.map((at) => onLine(at, () => [])),
    fc.tuple(place, times).map(([at, count]) => onLine(at, (line) => Array.from({ length: count + 1 }, (_, index) => (index > 5 ? line.replace(/(\w)(\W*:)/, `$1${index}$2`) : line)))),
    fc.tuple(place, fc.integer({ min: -4, max: 4 })).map(([at, by]) => onLine(at, (line) => [by < 0 ? line.slice(-by) : " ".repeat(by) + line])),
    fc.tuple(place, fc.constantFrom("\r", "\t", " ", "\u00A0", ":", " #")).map(([at, end]) => onLine(at, (line) => [line + end])),
    fc.tuple(place, place, fc.nat({ max: 20 })).map(([from, to, count]) => moved(from, to, count)),
    fc.tuple(place, fc.constantFrom(...others), place, fc.nat({ max: 400 })).map(([at, { text }, from, length]) => onText(at, (before, after) => before + text.slice(placeIn(from, text.length)).slice(0, length) + after)),
    fc.constantFrom<Edit>((text) => text.replaceAll("\n", "\r\n"), (text) => `${text}\n---\n${text}`, (text) => `\uFEFF${text}`, (text) => text.replaceAll(": ", ":"), (text) => text.replaceAll('"', "")),
  );
}

/** A text of one of the seeds that was edited in some places. */
export function editedText(seeds: readonly Seed[], others: readonly Seed[]): fc.Arbitrary<Seed> {
  const edits = fc.array(editOf(others), { minLength: 1, maxLength: 5 });
  return fc.tuple(fc.constantFrom(...seeds), edits).map(([seed, all]) => ({ ...seed, text: all.reduce((text, edit) => edit(text), seed.text) }));
}

function onText(at: number, change: (before: string, after: string) => string): Edit {
  return (text) => change(text.slice(0, placeIn(at, text.length)), text.slice(placeIn(at, text.length)));
}

function onLine(at: number, change: (line: string) => readonly string[]): Edit {
  return (text) => {
    const lines = text.split("\n");
    return lines.flatMap((line, index) => (index === placeIn(at, lines.length) ? change(line) : [line])).join("\n");
  };
}

/** Lines that stand elsewhere once more, among deeper or shallower ones. */
function moved(from: number, to: number, count: number): Edit {
  return (text) => {
    const lines = text.split("\n");
    const taken = lines.slice(placeIn(from, lines.length)).slice(0, count);
    return lines.toSpliced(placeIn(to, lines.length), 0, ...taken).join("\n");
  };
}

function placeIn(at: number, length: number): number {
  return Math.floor((at / 10_000) * length);
}
