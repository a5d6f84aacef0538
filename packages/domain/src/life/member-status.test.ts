import { describe, expect, test } from "vitest";
import { decideFirstRecord } from "./first-record.ts";
import { membersOf } from "./members.ts";
import { troubleOf } from "./member-status.ts";
import type { ObservedClaim, ObservedCluster, ObservedPod } from "./observed.ts";
import { written } from "./testing/written.ts";

const cluster = written("  roles: {server: {members: 1, volumes: {data: {path: /data, size: 1Gi}}}}\n");
const nothing: ObservedCluster = { objects: [], pods: {}, claims: {}, keptClaims: {}, secrets: new Set(), adoptedIsThere: false };

function trouble(pod: Partial<ObservedPod>, claim: Partial<ObservedClaim> = {}) {
  const { record } = decideFirstRecord(cluster, nothing, 0);
  const member = record && membersOf(record, "server")[0];
  if (member === undefined) throw new Error("there is no member");
  const [claimName = ""] = Object.values(member.record.claims);
  const observed = {
    ...nothing,
    pods: { "c-server-0": { name: "c-server-0", phase: "Pending", life: 1, ready: false, trouble: undefined, ...pod } as ObservedPod },
    claims: { [claimName]: { name: claimName, volume: "data", phase: "Pending", storageClass: "standard", ...claim } as ObservedClaim },
  };
  return troubleOf(cluster, "server", member, observed);
}

const unschedulable = (message: string) => ({ trouble: { reason: "Unschedulable", message } });

describe("what keeps a member from being ready", () => {
  test("a volume that is being made, whoever says so", () => {
    const pending = { reason: "VolumePending", message: "its volume is being made" };
    expect(trouble({})).toEqual(pending);
    expect(trouble(unschedulable("0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"))).toEqual(pending);
    expect(trouble(unschedulable('0/3 nodes are available: persistentvolumeclaim "c-server-0-data-1" not found.'), { phase: "Bound" })).toEqual(pending);
  });

  test("a volume that cannot be made, in the words of who should make it", () => {
    const claim = { trouble: { reason: "ProvisioningFailed", message: 'storageclass "fast" not found' } };
    expect(trouble({ trouble: { reason: "SchedulerError", message: "whatever" } }, claim)).toEqual({ reason: "VolumeUnavailable", message: 'volume data: ProvisioningFailed: storageclass "fast" not found' });
  });

  test("a volume that nobody makes, as there is no class for it", () => {
    expect(trouble({}, { storageClass: undefined })).toMatchObject({ reason: "VolumeUnavailable", message: expect.stringContaining("the target has no default one") });
  });

  test("too little memory is that, although a volume is made only once a node is found", () => {
    expect(trouble(unschedulable("0/3 nodes are available: 3 Insufficient memory."))).toEqual({ reason: "MemberUnschedulable", message: "Unschedulable: 0/3 nodes are available: 3 Insufficient memory." });
  });

  test("a volume that cannot be mounted", () => {
    expect(trouble({ trouble: { reason: "FailedMount", message: "timed out" } }, { phase: "Bound" })).toEqual({ reason: "VolumeUnavailable", message: "FailedMount: timed out" });
  });

  test("nothing, once it is ready", () => {
    expect(trouble({ phase: "Running", ready: true }, { phase: "Bound" })).toBeUndefined();
  });
});
