import { Failure } from "@troupe/domain/failure";
import { describe, expect, test } from "vitest";
import { atTheirPlaces, documentOf, filledIn } from "./documents.ts";

const fields = { name: "cluster_id", namespace: "parent" };
const manifest = (text: string) => ({ text, firstLine: 10, package: {} });

describe("a manifest", () => {
  test("of another kind is refused where it says so", () => {
    expect(() => documentOf(manifest("kind: App"), "Cluster")).toThrow(expect.objectContaining({ problems: [expect.objectContaining({ path: "kind", line: 10, column: 7, reason: "KIND_WRONG" })] }));
  });

  test("takes from the request what it does not say itself", () => {
    const document = documentOf(manifest("kind: Cluster\nmetadata: {name: a}\nspec: {}"), "Cluster");
    expect(filledIn(document, { name: undefined, namespace: "payments" }, fields).value).toMatchObject({ metadata: { name: "a", namespace: "payments" } });
    expect(() => filledIn(document, { name: "b", namespace: undefined }, fields)).toThrow(expect.objectContaining({ problems: [expect.objectContaining({ path: "metadata.name", line: 11, reason: "NAME_MISMATCH" })] }));
  });

  test("gives problems found elsewhere their places", () => {
    const document = documentOf(manifest('kind: Cluster\nspec:\n  roles:\n    "a.b": {members: [1]}'), "Cluster");
    const problem = { path: 'spec.roles["a.b"].members[0]', reason: "X", message: "x" } as const;
    const look = () => atTheirPlaces(document, () => { throw new Failure("conflict", "x", { reason: "X", problems: [problem, { ...problem, line: 1, column: 1 }] }); });
    expect(look).toThrow(expect.objectContaining({ kind: "conflict", problems: [expect.objectContaining({ line: 13, column: 23 }), expect.objectContaining({ line: 1 })] }));
  });
});
