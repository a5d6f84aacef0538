import { describe } from "vitest";
import { whyNot } from "./whether.ts";

const why = await whyNot();

/** Tests that need real nodes: where there can be none they are skipped, and their name says why. */
export function describeOnRealNodes(name: string, tests: () => void): void {
  describe.skipIf(why !== undefined)(`${name}${why === undefined ? "" : `: ${why}`}`, tests);
}
