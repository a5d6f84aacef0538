import { parseDocument } from "yaml";
import { describe, expect, it } from "vitest";
import { writtenIn } from "./written.ts";

const written = (text: string) => writtenIn(text, parseDocument(text));

describe("what get adds to a document", () => {
  it("is blanked wherever it stands, in YAML and in JSON, and all else keeps its place", () => {
    const [metadata, spec] = [{ name: "a" }, { app: "queue", status: 1, uid: "2\n" }];
    const texts = [
      "metadata:\n  uid: x\n  name: a\n  creationTimestamp: 2026-01-01T00:00:00Z\nspec:\n  app: queue\n  status: 1\n  uid: |\n    2\nstatus:\n  a:\n      b\n",
      "# as is\n---\nmetadata: {generation: 1, name: a, uid: x}\nstatus: {}\nspec: {app: queue, status: 1, uid: \"2\\n\"}\n",
      JSON.stringify({ status: {}, metadata: { uid: "x", ...metadata, deletionTimestamp: "" }, spec }),
      JSON.stringify({ metadata: { ...metadata, uid: "x", generation: 1 }, spec, status: { state: "READY" } }, undefined, 2),
    ];
    for (const text of texts) {
      const rest = written(text);
      expect.soft(parseDocument(rest).toJS()).toEqual({ metadata, spec });
      expect.soft([rest.length, rest.indexOf("queue"), rest.split("\n").length]).toEqual([text.length, text.indexOf("queue"), text.split("\n").length]);
    }
  });

  it("is not looked for in what is no map", () => {
    for (const text of ["", "status", "- status: 1\n", "metadata: status\n"]) expect(written(text)).toBe(text);
  });
});
