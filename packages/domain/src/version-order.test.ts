import { describe, expect, test } from "vitest";
import { byVersion, isStable, versionKey } from "./version-order.ts";

const ascending = ["2.0-alpha1", "2.0-beta2", "2.0-rc1", "2.0-rc10", "2.0", "2.0-1", "2.0.0", "2.0.1-snapshot", "2.0.1", "2.9", "2.10", "16.4", "2024a", "2024b", "20240101", "20240101123456789"];

describe("versions", () => {
  test("are ordered as people read them", () => {
    const shuffled = ascending.toReversed().map((version) => ({ version, build: 1 }));
    expect(shuffled.toSorted(byVersion).map(({ version }) => version)).toEqual(ascending.toReversed());
    expect(ascending.toSorted((a, b) => (versionKey(a) < versionKey(b) ? -1 : 1))).toEqual(ascending);
  });

  test("of one version the higher build is newer", () => {
    expect([{ version: "1", build: 2 }, { version: "1", build: 10 }].toSorted(byVersion).map(({ build }) => build)).toEqual([10, 2]);
  });

  test("what comes before a release is not stable", () => {
    expect(ascending.filter((version) => !isStable(version))).toEqual(["2.0-alpha1", "2.0-beta2", "2.0-rc1", "2.0-rc10", "2.0.1-snapshot"]);
  });
});
