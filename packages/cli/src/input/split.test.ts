import { describe, expect, it } from "vitest";
import { splitDocuments } from "./split.ts";

describe("the documents of a file", () => {
  it("are separated by ---, each with its first line", () => {
    expect(splitDocuments("# about\n---\na: 1\n---\nb: 2\n")).toEqual([
      { text: "---\na: 1\n", firstLine: 2 },
      { text: "---\nb: 2\n", firstLine: 4 },
    ]);
  });

  it("are none where there are only comments and empty lines", () => {
    expect(splitDocuments("\ufeff--- # first\n\n  # second\n\t\n---\n...\n")).toEqual([]);
  });

  it("are found at once behind any number of comments and empty lines", () => {
    const text = `${"# a comment\n   \n".repeat(50_000)}kind: App\n`;
    expect(splitDocuments(text)).toEqual([{ text, firstLine: 1 }]);
  });
});
