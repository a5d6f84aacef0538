import { describe, expect, it } from "vitest";
import type { Submission } from "./documents.ts";
import { problemsOfLast, together } from "./together.ts";

function aSubmission(text: string, firstLine: number, files: Readonly<Record<string, string>> = {}): Submission {
  return { kind: "other", file: "a.yaml", manifest: { text, file: "a.yaml", firstLine, package: files }, name: "", project: undefined, apps: [], build: undefined };
}

describe("a Cluster together with its Apps", () => {
  it("is one text with the files of the Apps, whatever the documents begin and end with", () => {
    const { manifest, lastLine } = together([aSubmission("kind: App", 1, { a: "b" }), aSubmission("\ufeff---\nkind: App\n", 1)], aSubmission("kind: Cluster\nspec: x\n", 5));
    expect(manifest).toMatchObject({ text: "---\nkind: App\n---\nkind: App\n---\nkind: Cluster\nspec: x\n", package: { a: "b" } });
    expect(manifest.text.split("\n")[lastLine - 1]).toBe("kind: Cluster");
  });

  it("gives the Cluster's problems their lines in its own file", () => {
    const cluster = aSubmission("---\nkind: Cluster\nspec: x\n", 7);
    const { manifest, lastLine } = together([aSubmission("kind: App\n", 1)], cluster);
    expect(manifest.text.split("\n")[lastLine - 1]).toBe("---");
    const problems = [{ line: 2 }, { line: lastLine + 2 }, { line: 0 }];
    expect(problemsOfLast(problems, lastLine, cluster.manifest.firstLine)).toEqual([{ line: 9 }, { line: 0 }]);
  });
});
