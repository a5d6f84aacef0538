import { describe, expect, it } from "vitest";
import { type Column, renderTable } from "./table.ts";

interface Row {
  readonly name: string;
  readonly state: string;
}

const red = (text: string) => `\u001b[31m${text}\u001b[39m`;
const columns: readonly Column<Row>[] = [
  { title: "NAME", cell: ({ name }) => name },
  { title: "STATE", cell: ({ state }) => state, paint: () => red },
  { title: "NOTE", cell: () => "", optional: true },
];

describe("a table", () => {
  it("is aligned by what is seen, and colours what its columns colour", () => {
    expect(renderTable(columns, [{ name: "a", state: "Ready" }, { name: "bcdefg", state: "" }])).toBe(`NAME     STATE\na        ${red("Ready")}\nbcdefg   ${red("–")}\n`);
  });

  it("spells out what would steer the terminal, and lets nothing begin a new line", () => {
    const text = renderTable(columns, [{ name: "a\u001b[2J\u009b1mb", state: "x\ny\u202e" }]);
    expect(text).toContain("a\\u001b[2J\\u009b1mb");
    expect(text).toContain("x y\\u202e");
    expect(text.split("\n")).toHaveLength(3);
  });
});
