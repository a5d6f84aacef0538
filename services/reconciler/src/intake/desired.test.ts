import { createHash } from "node:crypto";
import { someSources } from "@troupe/domain/testing";
import { describe, expect, it } from "vitest";
import { DesiredSet, digestOfVersions } from "./desired.ts";

describe("what is desired", () => {
  it("is the newest version that was heard, in whatever order", () => {
    const desired = new DesiredSet();
    expect([2, 1, 3, 3].map((version) => desired.offer(someSources({ version })))).toEqual([true, false, true, false]);
    expect(desired.get(someSources().uid)?.version).toBe(3);
  });

  it("keeps the same sources while nothing newer comes, because a plan is kept with them", () => {
    const desired = new DesiredSet();
    const sources = someSources();
    desired.offer(sources);
    desired.offer({ ...sources });
    expect(desired.get(sources.uid)).toBe(sources);
  });

  it("is forgotten with its cluster, and may come back", () => {
    const desired = new DesiredSet();
    desired.offer(someSources({ version: 4 }));
    desired.forget(someSources().uid);
    expect([desired.size, desired.digest()]).toEqual([0, new DesiredSet().digest()]);
    expect(desired.offer(someSources({ version: 4 }))).toBe(true);
  });

  it("has a digest of uids and versions that does not depend on the order of arrival", () => {
    const [one, two] = [new DesiredSet(), new DesiredSet()];
    for (const uid of ["b", "a"]) one.offer(someSources({ uid }));
    for (const uid of ["a", "b"]) two.offer(someSources({ uid }));
    expect(one.digest()).toBe(two.digest());
    two.offer(someSources({ uid: "a", version: 2 }));
    expect(one.digest()).not.toBe(two.digest());
  });
});

it("the digest is of a line for each cluster, in order of uid, as control makes it", () => {
  const expected = createHash("sha256").update("a 12\nb 3\n").digest("hex");
  expect(digestOfVersions(new Map([["b", 3], ["a", 12]]))).toBe(expected);
});
