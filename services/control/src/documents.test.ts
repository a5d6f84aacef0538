import { describe, expect, test } from "vitest";
import { documentOf, filledIn } from "./documents.ts";

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
});
