import { describe, expect, test } from "vitest";
import { findHelp, helpOf } from "@troupe/domain/language/fields-of";
import picocolors from "picocolors";
import { renderFieldHelp } from "./field-help.ts";

function shown(path: string, columns?: number): string {
  const field = findHelp(helpOf("app"), path.split("."));
  if ("unknown" in field) throw new Error(`there is no ${path}`);
  return renderFieldHelp(path, field, { paint: picocolors.createColors(false), columns });
}

describe("help about a field", () => {
  test("says its type, what it is for and what holds where it is left out", () => {
    expect(shown("run")).toBe("run   service | job\n\n`job`: members run to their end.\n\nDefault: `service`\n");
    expect(shown("version")).toMatch(/^version {3}text, required\n/);
  });

  test("has a line for each field in it, cut to the screen where there is one", () => {
    const lines = shown("hooks", 80).trimEnd().split("\n").slice(4);
    expect(lines.map((line) => line.split(" ")[0])).toEqual(expect.arrayContaining(["FIELD", "join", "peers"]));
    expect(Math.max(...lines.map((line) => line.length))).toBe(80);
    expect(shown("hooks")).toContain("which does not happen until it has returned.");
  });
});
