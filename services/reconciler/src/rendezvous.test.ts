import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ownerOf } from "./rendezvous.ts";

const keys = Array.from({ length: 3_000 }, (_, index) => `01900000-0000-7000-8000-${String(index).padStart(12, "0")}`);
const three = ["5b6b1f0e-8f0e-4c1e-9d5e-111111111111", "5b6b1f0e-8f0e-4c1e-9d5e-222222222222", "5b6b1f0e-8f0e-4c1e-9d5e-333333333333"];

describe("the owner of a key", () => {
  it("is nobody where nobody lives", () => {
    expect(ownerOf("a", [])).toBeUndefined();
  });

  it("is the same for everyone, in whatever order they know the instances", () => {
    fc.assert(
      fc.property(fc.string(), fc.uniqueArray(fc.string(), { minLength: 1 }), (key, instances) => {
        expect(ownerOf(key, instances.toReversed())).toBe(ownerOf(key, instances));
      }),
    );
  });

  it("changes with the instances only for those that the change is about", () => {
    for (const gone of three) {
      const left = three.filter((each) => each !== gone);
      const moved = keys.filter((key) => ownerOf(key, three) !== ownerOf(key, left));
      expect(moved).toEqual(keys.filter((key) => ownerOf(key, three) === gone));
    }
  });

  it("is each instance about as often as any other, although they differ in a few characters only", () => {
    const shares = three.map((instance) => keys.filter((key) => ownerOf(key, three) === instance).length);
    for (const share of shares) expect(share).toBeGreaterThan(850);
  });
});
