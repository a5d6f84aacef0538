import { expect, test } from "vitest";
import { aRoleSpec, aSpec } from "../testing.ts";
import { sameSpec } from "./cluster.ts";
import { completeSpec } from "./stored-spec.ts";

test("a spec that an earlier version stored is the same wish as one that is written now", () => {
  const stored = { app: "sample@1.0.0+1", placement: { target: "default", namespace: undefined }, params: {}, needs: {}, roles: { server: { members: 3, volumes: {}, env: {} } }, protect: false };
  expect(sameSpec(completeSpec(stored), aSpec({ roles: { server: aRoleSpec({ members: 3 }) } }))).toBe(true);
});
