import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "../failure.ts";
import { documentOfValue, parseDocument, parseDocuments } from "./document.ts";
import { pathText } from "./path.ts";

const value = (text: string) => parseDocument(text).value;

function failureOf(run: () => unknown): Failure {
  try {
    run();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("a text", () => {
  test("is read by the core schema of YAML 1.2", () => {
    expect(value("a: 1\nb: 0x1F\nc: 1.5\nd: true\ne: null\nf: ~\ng: text # comment\nh: 'it''s'\ni: \"a\\tb\"\nj: |\n  x\n  y\nk: >\n  x\n  y\n")).toEqual({ a: 1, b: 31, c: 1.5, d: true, e: null, f: null, g: "text", h: "it's", i: "a\tb", j: "x\ny\n", k: "x y\n" });
    expect(value('{"a": [1, {"b": "c"}]}')).toEqual({ a: [1, { b: "c" }] });
  });

  test("follows aliases, and merges with <<: what the map spells out wins, then the earlier of several", () => {
    expect(value("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: *a, y: 3}\nd: {y: 4, <<: [*a, *b]}\ne: *a\n")).toEqual({ a: { x: 1, y: 1 }, b: { y: 2, z: 2 }, c: { x: 1, y: 3 }, d: { y: 4, x: 1, z: 2 }, e: { x: 1, y: 1 } });
    expect(value('"<<": text')).toEqual({ "<<": "text" });
  });

  test("may hold several documents; those with nothing in them do not count", () => {
    expect(parseDocuments("---\n# nothing\n---\na: 1\n---\nkind: App\n...\n").map((document) => [document.value, document.kind])).toEqual([[{ a: 1 }, undefined], [{ kind: "App" }, "App"]]);
    expect(parseDocuments("")).toEqual([]);
    expect(failureOf(() => parseDocument("# nothing\n", { firstLine: 7 })).problems).toMatchObject([{ reason: "DOCUMENT_EMPTY", line: 7, column: 1 }]);
    expect(failureOf(() => parseDocument("a: 1\n---\nb: 1\n")).problems).toMatchObject([{ reason: "DOCUMENTS_SEVERAL", line: 3 }]);
  });
});

describe("places", () => {
  const document = parseDocument('a:\n  b: &b {c: 1, d: [x, yy]}\n  e: *b\n  f: {<<: *b, g: "q ${{ z }}"}\n  h: |\n    one\n    two\n  "i.j": >-\n    folded\n    text\n', { firstLine: 10 });
  test.each([
    [["a"], { line: 11, column: 3 }],
    [["a", "b", "c"], { line: 11, column: 13 }],
    [["a", "b", "d", 1], { line: 11, column: 23 }],
    [["a", "e", "c"], { line: 11, column: 13 }],
    [["a", "f", "d", 0], { line: 11, column: 20 }],
    [["a", "f", "g"], { line: 13, column: 18 }],
    [["a", "b", "missing"], { line: 11, column: 3 }],
    [["nothing", "at", "all"], { line: 10, column: 1 }],
    [[], { line: 10, column: 1 }],
  ])("of %j", (path, place) => {
    expect(document.placeOf(path)).toEqual(place);
  });

  test("of a key, and inside texts", () => {
    expect(document.placeOf(["a", "f", "g"], { key: true })).toEqual({ line: 13, column: 15 });
    expect(document.placeOf(["a", "f", "g"], { offset: 6 })).toEqual({ line: 13, column: 25 });
    expect(document.placeOf(["a", "h"], { offset: 4 })).toEqual({ line: 16, column: 5 });
    expect(document.placeOf(["a", "i.j"], { offset: 7 })).toEqual({ line: 19, column: 5 });
  });

  test("tell how a word is written", () => {
    expect(parseDocument("a: 4.10").sourceOf(["a"])).toBe("4.10");
    expect(parseDocument("a: {}").sourceOf(["a"])).toBeUndefined();
  });

  test("are not known of what did not come as text", () => {
    expect(documentOfValue({ a: 1 }).placeOf(["a"])).toBeUndefined();
  });

  test("have a path in words", () => {
    expect(pathText(["spec", "env", "node.name", 0, "a-b"])).toBe('spec.env["node.name"][0].a-b');
    expect(pathText([])).toBe("");
  });
});

const times = (text: string, length = 65_536) => text.repeat(Math.ceil(length / text.length)).slice(0, length);

/** What has made YAML readers slow, deep or large. */
const hostile: Readonly<Record<string, string>> = {
  "5 MB": times("key: value\n", 5_000_000),
  "too many bytes in few characters": times("é", 300_000),
  "lists in lists": times("["),
  "maps in maps": times("{a: "),
  "blocks in blocks": times("- "),
  "keys in keys": times("? "),
  "indentation upon indentation": Array.from({ length: 300 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join(""),
  "an alias bomb": ["a: &a [x, x, x, x, x, x, x, x, x]", ..."bcdefghij".split("").map((name, index) => `${name}: &${name} [${Array(9).fill(`*${"abcdefghij"[index]}`).join(", ")}]`)].join("\n"),
  "a merge bomb": ["a: &a {x: 1}", ..."bcdefghij".split("").map((name, index) => `${name}: &${name} {<<: [${Array(9).fill(`*${"abcdefghij"[index]}`).join(", ")}]}`)].join("\n"),
  "a large text by many aliases": `a: &a "${times("x", 50_000)}"\nb: [${times("*a, ", 400)}]`,
  "an anchor in itself": "a: &a [*a]",
  "anchors and nothing else": times("&a "),
  "unknown aliases": times("*a "),
  tags: times("!!str "),
  commas: `[${times(",")}`,
  "closing brackets": times("]"),
  "many keys": Array.from({ length: 9000 }, (_, index) => `k${index}: 1\n`).join(""),
  "empty keys": times(": \n"),
  documents: times("---\n"),
  directives: times("%a\n"),
  comments: times("#\n"),
  quotes: times('""'),
  "a quote that never ends": `a: "${times("x\n")}`,
  "a NUL": "a: \0",
  "half a character": "a: \ud800",
  "a bell": "a: \u0007",
};

describe("a hostile text", () => {
  test.each(Object.keys(hostile))("%s is refused as invalid, with a reason and a place", (name) => {
    const failure = failureOf(() => parseDocuments(hostile[name] ?? ""));
    expect(failure.kind).toBe("invalid");
    expect(failure.problems.length).toBeGreaterThan(0);
    expect(failure.problems.length).toBeLessThanOrEqual(5);
    if (!name.includes("5 MB") && !name.includes("bytes")) expect(failure.problems[0]).toMatchObject({ line: expect.any(Number), column: expect.any(Number) });
  });

  test("costs less than its size lets one fear", () => {
    const costs = Object.values(hostile).map((text) => {
      const before = process.cpuUsage();
      failureOf(() => parseDocuments(text));
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    });
    // Tens of milliseconds each; the bound is far away, so that it tells of a blow-up and not of a busy machine.
    expect(Math.max(...costs)).toBeLessThan(1500);
  });

  test("large texts in few words are fine", () => {
    const text = times("a line of a script\n", 300_000);
    expect(value(`package: {a: ${JSON.stringify(text)}}`)).toEqual({ package: { a: text } });
  });
});

describe("any text", () => {
  const token = fc.constantFrom("a", "b: ", ": ", "- ", "\n", "  ", "{", "}", "[", "]", ",", "&a ", "*a", "<<: ", "'", '"', "|\n", ">\n", "#", "!t ", "? ", "---\n", "...\n", "%", "\t", "1", "0x", "true", "\\", "\\u", "é", "\r\n", "@", "`");
  test("gives documents or a Failure, and nothing else", () => {
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }), (tokens) => {
        try {
          for (const document of parseDocuments(tokens.join(""))) expect(JSON.parse(JSON.stringify(document.value))).toEqual(document.value);
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
          expect((error as Failure).kind).toBe("invalid");
        }
      }),
      { numRuns: 5000 },
    );
  });

  test("also when it is any string at all", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        try {
          parseDocuments(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test("that is JSON has the value that JSON says, but for what is refused", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (json) => {
        const text = JSON.stringify(json);
        try {
          const [document] = parseDocuments(text);
          if (document && document.problems.length === 0) expect(document.value).toEqual(JSON.parse(text));
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
        }
      }),
    );
  });
});

describe("a value that did not come as text", () => {
  test("is copied without what is undefined", () => {
    const given = { kind: "App", a: [1, null], b: undefined };
    expect(documentOfValue(given)).toMatchObject({ value: { kind: "App", a: [1, null] }, kind: "App" });
  });

  const deep = Array.from({ length: 100 }).reduce<unknown>((inner) => [inner], 1);
  test.each([
    ["a depth without end", deep, "TOO_DEEP"],
    ["not a number", { a: Number.NaN }, "NUMBER_UNSAFE"],
    ["a number that is not exact", { a: 2 ** 60 }, "NUMBER_UNSAFE"],
    ["a function", { a: () => 1 }, "VALUE_INVALID"],
    ["a bigint", { a: 1n }, "VALUE_INVALID"],
    ["a NUL", { a: "\0" }, "CHARACTER_INVALID"],
    ["half a character", ["\udc00"], "CHARACTER_INVALID"],
    ["more values than a text can have", Array.from({ length: 30_001 }, () => 1), "TOO_LARGE"],
    ["more fields than a text can have", Object.fromEntries(Array.from({ length: 30_001 }, (_, index) => [`k${index}`, 1])), "TOO_LARGE"],
    ["more characters than a text can have", Array.from({ length: 11 }, () => "x".repeat(100_000)), "TOO_LARGE"],
    ["a key that is not possible", JSON.parse('{"__proto__": 1}') as unknown, "KEY_INVALID"],
  ])("is refused for %s", (_, given, reason) => {
    expect(failureOf(() => documentOfValue(given)).problems).toMatchObject([{ reason }]);
  });
});
