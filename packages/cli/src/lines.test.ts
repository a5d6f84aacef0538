import { expect, test } from "vitest";
import { linesOf } from "./lines.ts";

async function linesIn(...chunks: readonly string[]): Promise<readonly (readonly string[])[]> {
  const bytes = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  const found: (readonly string[])[] = [];
  for await (const lines of linesOf(bytes)) found.push(lines.map(String));
  return found;
}

test("lines are whole however they come, and as many at a time as there are", async () => {
  expect(await linesIn("a\nb\nc", "d\n", "\ne\n")).toEqual([["a", "b"], ["cd"], ["", "e"]]);
});

test("what is left at the end is a line, and nothing is none", async () => {
  expect(await linesIn("a", "b", "c")).toEqual([["abc"]]);
  expect(await linesIn("a\n", "")).toEqual([["a"]]);
  expect(await linesIn()).toEqual([]);
});
