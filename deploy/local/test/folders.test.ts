import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isRoot, stateFolders } from "../folders.ts";

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "troupe-folders-"));
});
afterEach(() => rm(parent, { recursive: true }));

describe("where the data of PostgreSQL lies", () => {
  test("is found again by the next start", async () => {
    const state = join(parent, "state");
    const first = await stateFolders(state);
    expect(await stateFolders(state)).toEqual(first);
  });

  test.runIf(isRoot())("is another place for root, once the folder of all else was removed and made anew", async () => {
    const state = join(parent, "state");
    const { postgres } = await stateFolders(state);
    await rm(state, { recursive: true });
    expect((await stateFolders(state)).postgres).not.toBe(postgres);
  });

  test.runIf(isRoot())("stays where an earlier version made it, which went by the path alone", async () => {
    const { postgres } = await stateFolders(parent);
    expect([postgres, (await stateFolders(parent)).postgres]).toEqual([expect.stringMatching(/\/[0-9a-f]{12}\/postgres$/), postgres]);
  });
});
