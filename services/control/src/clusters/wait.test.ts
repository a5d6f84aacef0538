import type { ClusterState } from "@troupe/domain/life/status";
import { aSpec } from "@troupe/domain/testing";
import { describe, expect, test } from "vitest";
import type { StoredCluster } from "../store.ts";
import { isAsWanted } from "./wait.ts";

const cluster = (state: ClusterState, spec = {}) => ({ spec: aSpec(spec), intent: { kind: "run" }, status: { state, observedGeneration: 2 } }) as unknown as StoredCluster;

describe("a cluster is as its spec says", () => {
  test.each<[ClusterState, object, boolean]>([
    ["ready", {}, true],
    ["completed", {}, true],
    ["deploying", {}, false],
    ["stopped", {}, false],
    ["stopped", { stopped: true }, true],
    ["ready", { stopped: true }, false],
    ["paused", { paused: true, stopped: true }, true],
  ])("%s, where %o is wanted: %s", (state, spec, expected) => {
    expect(isAsWanted(cluster(state, spec), 2)).toBe(expected);
  });

  test("not by what was seen of an earlier one", () => {
    expect(isAsWanted(cluster("ready"), 3)).toBe(false);
  });
});
