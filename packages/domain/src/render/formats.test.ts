import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { formatted, hole } from "./formats.ts";

const key = fc.stringMatching(/^[a-z][a-z. #!:=_-]{0,8}[a-z]$/);
const text = fc.string({ unit: "grapheme", maxLength: 12 }).filter((value) => value.isWellFormed() && !/[\0\uE000\uE001]/.test(value));
const flat = fc.dictionary(key, fc.oneof(text, fc.integer(), fc.boolean()), { maxKeys: 5 });
const nested = fc.dictionary(key, fc.oneof(text, fc.integer(), fc.array(text, { maxLength: 3 }), fc.dictionary(key, text, { maxKeys: 3 })), { maxKeys: 4 });
const asTexts = (settings: Readonly<Record<string, unknown>>) => Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));

/** The rules of java.util.Properties.load, for what this writer may use of them. */
function properties(source: string): Readonly<Record<string, string>> {
  const unescaped = (part: string) => part.replaceAll(/\\(?:u([0-9a-f]{4})|(.))/g, (_, code: string | undefined, character: string) => (code === undefined ? ({ n: "\n", r: "\r", t: "\t", f: "\f" }[character] ?? character) : String.fromCharCode(Number.parseInt(code, 16))));
  return Object.fromEntries(
    source.split("\n").filter((line) => line !== "" && !/^[#!]/.test(line)).map((line) => {
      const at = /(?<!\\)(?:\\\\)*=/.exec(line);
      const end = (at?.index ?? 0) + (at?.[0].length ?? 1) - 1;
      return [unescaped(line.slice(0, end)), unescaped(line.slice(end + 1).replace(/^ +/, ""))];
    }),
  );
}

function xmlProperties(source: string): Readonly<Record<string, string>> {
  const unescaped = (part = "") => part.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  return Object.fromEntries(Array.from(source.matchAll(/<name>([^<]*)<\/name>\s*<value>([^<]*)<\/value>/g), ([, name, value]) => [unescaped(name), unescaped(value)]));
}

describe("settings read back as they were given", () => {
  test("from properties, by the rules of Java", () => {
    fc.assert(fc.property(flat, (settings) => { expect(properties(formatted("properties", settings))).toEqual(asTexts(settings)); }));
  });

  test("from the XML of configurations", () => {
    fc.assert(fc.property(flat, (settings) => { expect(xmlProperties(formatted("hadoop-xml", settings))).toEqual(asTexts(settings)); }));
  });

  test("from JSON and YAML, with lists and maps", () => {
    fc.assert(fc.property(nested, (settings) => { expect(JSON.parse(formatted("json", settings))).toEqual(settings); }));
    fc.assert(fc.property(nested, (settings) => { expect(parse(formatted("yaml", settings)) ?? {}).toEqual(settings); }));
  });

  test("from variables, by a shell", () => {
    for (const value of ["plain", "it's", "a b", "$HOME `x` \"q\" \\", "two\nlines", ""]) {
      expect(execFileSync("/bin/sh", ["-c", `${formatted("env", { A: value })}printf %s "$A"`], { encoding: "utf8" })).toBe(value);
    }
  });

  test("the same whatever their order", () => {
    for (const format of ["properties", "hadoop-xml", "yaml", "json", "env"] as const) expect(formatted(format, { b: 1, a: "x" })).toBe(formatted(format, { a: "x", b: 1 }));
  });

  test("with a secret of digits still a text in YAML", () => {
    expect(formatted("yaml", { key: `${hole.open}0${hole.close}` })).toBe(`key: "${hole.open}0${hole.close}"\n`);
  });
});
