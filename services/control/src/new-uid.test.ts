import { expect, test } from "vitest";
import { newUid } from "./new-uid.ts";

test("a uid is a UUID of version 7, in order of time", () => {
  const uids = [1_700_000_000_000, 1_700_000_000_001, 1_800_000_000_000].map(newUid);
  expect(uids.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(uids);
  for (const uid of uids) expect(uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
