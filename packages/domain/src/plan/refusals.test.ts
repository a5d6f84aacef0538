import { describe, expect, test } from "vitest";
import type { Role, Volume } from "../language/app.ts";
import type { ClusterSpec } from "../language/cluster.ts";
import { anApp, aRole, aRoleSpec, aSpec } from "../testing.ts";
import { type Following, refusals } from "./refusals.ts";

const data: Volume = { name: "data", path: "/data", size: "10Gi", class: undefined, keep: "always", block: false, seed: false };
const following = (role: Partial<Role> | undefined, spec: Partial<ClusterSpec> = {}, build = 1): Following => {
  const roles = [aRole({ name: "agent" }), ...(role ? [aRole({ volumes: { data }, ...role })] : [])];
  return { app: anApp({ build }, roles), spec: aSpec(spec), ref: { project: "troupe-system", name: "sample", version: "1.0.0", build, digest: "d" } };
};
const refused = (before: Following, after: Following, formed = true) => refusals({ ...before, formed }, after).map(({ path, reason }) => [path, reason]);
const ofRole = (role: Partial<ClusterSpec["roles"][string]>): Partial<ClusterSpec> => ({ roles: { server: aRoleSpec(role) } });

describe("what a living cluster may not become", () => {
  test("volumes never shrink and never change their class", () => {
    const smaller = ofRole({ volumes: { data: { size: "5Gi", class: "fast" } } });
    expect(refused(following({}), following({}, smaller))).toEqual([
      ["spec.roles.server.volumes.data.size", "VOLUME_SHRINKS"],
      ["spec.roles.server.volumes.data.class", "FIELD_IMMUTABLE"],
    ]);
    expect(refused(following({}), following({}, ofRole({ volumes: { data: { size: "20Gi", class: undefined } } })))).toEqual([]);
  });

  test.each([["create", true], ["join", true], ["peers", false]] as const)("with %s: another number of members before all have formed: %s", (hook, isRefused) => {
    const role = { hooks: { [hook]: [] } };
    const [three, five] = [following(role, ofRole({ members: 3 })), following(role, ofRole({ members: 5, image: "other" }))];
    expect(refused(three, five, false)).toEqual(isRefused ? [["spec.roles.server.members", "NOT_FORMED"]] : []);
    expect([refused(three, following(role, ofRole({ members: 3, image: "other" })), false), refused(three, five, true)]).toEqual([[], []]);
  });

  test("a build that would take members' data away", () => {
    expect(refused(following({}), following({ volumes: {} }, {}, 2))).toEqual([["spec.app", "BUILD_NOT_POSSIBLE"]]);
    expect(refused(following({}), following({ volumes: { data: { ...data, keep: "pod" } } }, {}, 2))).toEqual([["spec.app", "BUILD_NOT_POSSIBLE"]]);
    expect(refused(following({}), following({ volumes: { data: { ...data, keep: "member" } } }, {}, 2))).toEqual([]);
    expect(refused(following({}), following({ volumes: { data, log: { ...data, name: "log" } } }, {}, 2))).toEqual([]);
  });

  test("a build that would make members others than they are", () => {
    expect(refused(following({}), following({ idBase: 100 }, {}, 2))).toEqual([["spec.app", "BUILD_NOT_POSSIBLE"]]);
    expect(refused(following({}), following(undefined, {}, 2))).toEqual([["spec.app", "BUILD_NOT_POSSIBLE"]]);
    const none = ofRole({ members: 0 });
    expect(refused(following({}, none), following(undefined, {}, 2))).toEqual([]);
  });
});
