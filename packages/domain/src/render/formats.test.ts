import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { formatted, hole } from "./formats.ts";
import { javaProperties, xmlConfiguration } from "./testing/readers.ts";

const anyText = fc.string({ unit: "grapheme", maxLength: 12 }).filter((value) => value.isWellFormed() && !/[\0\uE000\uE001]/.test(value));
/** What readers are known to stumble over. */
const nastyText = fc.array(fc.constantFrom("a", " ", "\\", "=", ":", "#", "!", "\n", "\r", "\t", "\f", "é", "😀", "'", '"', "<", "]]>", "&amp;", "-", "{", "$", "`", "\\u0041", ","), { maxLength: 6 }).map((parts) => parts.join(""));
/** What YAML takes for something else, in one version or the other. */
const wordText = fc.constantFrom("yes", "No", "on", "y", "~", "null", "012", "0o17", "0x1F", "1_000", "1:30", "1e3", ".inf", "2026-11-28", "<<", "=", "- a", "? b", "true", "!tag", "*a", "&a", "%x", "@x", "4.10");
const text = fc.oneof(anyText, nastyText, wordText);
const key = text.filter((value) => value !== "" && value !== "__proto__");
const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/);
const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)));
const flat = fc.dictionary(key, scalar, { maxKeys: 6, noNullPrototype: true });
const nested = fc.dictionary(key, fc.oneof(scalar, fc.constant(null), fc.array(fc.oneof(scalar, fc.dictionary(key, scalar, { maxKeys: 2, noNullPrototype: true })), { maxLength: 3 }), fc.dictionary(key, fc.oneof(scalar, fc.dictionary(key, text, { maxKeys: 2, noNullPrototype: true })), { maxKeys: 3, noNullPrototype: true })), { maxKeys: 4, noNullPrototype: true });
const withoutForbidden = (value: string) => !/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(value);
const inXml = flat.filter((settings) => withoutForbidden(JSON.stringify(settings).replaceAll(/\\u[0-9a-f]{4}/g, "\u0001")));

const asTexts = (settings: Readonly<Record<string, unknown>>) => Object.fromEntries(Object.entries(settings).map(([each, value]) => [each, typeof value === "string" ? value : JSON.stringify(value)]));

describe("settings read back as they were given", () => {
  test("from properties, by the rules of Java, which reads bytes as ISO 8859-1", () => {
    fc.assert(
      fc.property(flat, (settings) => {
        const written = formatted("properties", settings);
        expect(written).toMatch(/^[\n\x20-\x7e]*$/);
        expect(javaProperties(written)).toEqual(asTexts(settings));
      }),
      { numRuns: 500 },
    );
  });

  test("from the XML of configurations, by a reader that takes nothing else", () => {
    fc.assert(fc.property(inXml, (settings) => { expect(xmlConfiguration(formatted("hadoop-xml", settings))).toEqual(asTexts(settings)); }), { numRuns: 500 });
  });

  test("from JSON, with lists and maps", () => {
    fc.assert(fc.property(nested, (settings) => { expect(JSON.parse(formatted("json", settings))).toEqual(settings); }));
  });

  test.each(["1.1", "1.2"] as const)("from YAML by a reader of %s, with lists and maps", (version) => {
    fc.assert(fc.property(nested, (settings) => { expect(parse(formatted("yaml", settings), { version, schema: version === "1.1" ? "yaml-1.1" : "core", merge: version === "1.1" }) ?? {}).toEqual(settings); }), { numRuns: 500 });
  });

  test("from variables, by a shell", () => {
    const many = fc.sample(fc.dictionary(name, nastyText, { minKeys: 3, maxKeys: 6, noNullPrototype: true }), { numRuns: 20, seed: 1 });
    for (const settings of [...many, { A: "plain", B: "it's", C: '$HOME `x` "q" \\', D: "two\nlines\n\n", E: "" }]) {
      const names = Object.keys(settings).toSorted();
      const shown = execFileSync("/bin/sh", ["-c", `${formatted("env", settings)}${names.map((each) => `printf '%s\\037' "$${each}"`).join("\n")}`], { encoding: "utf8" });
      expect(Object.fromEntries(shown.split("\u001f").slice(0, -1).map((value, index) => [names[index], value]))).toEqual(settings);
    }
  });
});

describe("settings as text", () => {
  const formats = ["properties", "hadoop-xml", "yaml", "json", "env"] as const;

  test.each(formats)("%s: are the same whatever their order", (format) => {
    fc.assert(
      fc.property(format === "yaml" || format === "json" ? nested : flat, (settings) => {
        const reversed = (value: unknown): unknown => (typeof value !== "object" || value === null || Array.isArray(value) ? value : Object.fromEntries(Object.entries(value).toReversed().map(([each, item]) => [each, reversed(item)])));
        expect(formatted(format, reversed(settings) as typeof settings)).toBe(formatted(format, settings));
      }),
    );
  });

  test.each(formats)("%s: null leaves a key out of what is flat, and is null elsewhere", (format) => {
    expect(formatted(format, { absent: null, b: "x" }).includes("absent")).toBe(format === "yaml" || format === "json");
  });

  test("have a secret of digits as a text in YAML", () => {
    expect(formatted("yaml", { key: `${hole.open}0${hole.close}` })).toBe(`key: "${hole.open}0${hole.close}"\n`);
  });

  test("keep the marks of secrets in every format, in values and around text", () => {
    for (const format of formats) expect(formatted(format, { key: `a ${hole.open}0${hole.close}` })).toContain(`a ${hole.open}0${hole.close}`);
  });
});
