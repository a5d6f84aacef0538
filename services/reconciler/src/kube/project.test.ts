import type { JsonObject } from "@troupe/domain/json";
import { annotation, label } from "@troupe/domain/render/identity";
import { describe, expect, it } from "vitest";
import { aMemberObject, anObject, aUid } from "../testing/objects.ts";
import { projectClaim, projectObject, projectPod } from "./project.ts";

describe("an object", () => {
  it("is seen with what identifies it", () => {
    const object = projectObject("PodDisruptionBudget", anObject({ name: "b", version: 7, uid: "u" }));
    expect(object).toMatchObject({ apiVersion: "policy/v1", kind: "PodDisruptionBudget", namespace: "shop", name: "b", uid: "u", resourceVersion: "7", deleting: false, labels: { [label.uid]: aUid } });
  });

  it("is seen to be deleted as soon as that was asked for", () => {
    expect(projectObject("Pod", anObject({ version: 1, metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } })).deleting).toBe(true);
  });

  it("without labels and annotations has none, and without a namespace an empty one", () => {
    expect(projectObject("Namespace", { metadata: { name: "n", uid: "u", resourceVersion: "1" } })).toMatchObject({ namespace: "", labels: {}, annotations: {} });
  });

  it("keeps our annotations, and nobody else's", () => {
    const annotations = { [annotation.hash]: "h", "pv.kubernetes.io/bind-completed": "yes" };
    expect(projectObject("ConfigMap", anObject({ version: 1, metadata: { annotations } })).annotations).toEqual({ [annotation.hash]: "h" });
  });

  it("is compared by what was wanted of it, not by its status", () => {
    const { body } = projectObject("Service", anObject({ version: 1 }, { spec: { clusterIP: "None" }, status: { loadBalancer: {} } }));
    expect(body).toMatchObject({ apiVersion: "v1", kind: "Service", metadata: { name: "a" }, spec: { clusterIP: "None" } });
    expect(body).not.toHaveProperty("status");
  });

  it("means the same in every version that changes its status only", () => {
    const [one, two] = [1, 2].map((version) => projectObject("Service", anObject({ version, metadata: { generation: version } }, { status: { count: version } })).body);
    expect(one).toEqual(two);
  });

  it("that is a Secret never shows its values, even where it has them", () => {
    expect(JSON.stringify(projectObject("Secret", anObject({ version: 1 }, { data: { password: "aGlkZGVu" } })))).not.toContain("aGlkZGVu");
  });
});

describe("a pod", () => {
  it("says which member it is of, in which life, and what it was made with", () => {
    const pod = podOf({}, {}, { annotations: { [annotation.inputs]: "hash" } });
    expect(pod).toMatchObject({ name: "c-server-2", role: "server", index: 2, life: 3, inputs: "hash" });
  });

  it("that nobody has looked at yet is neither scheduled, started nor ready", () => {
    expect(podOf(undefined)).toMatchObject({ phase: "Unknown", scheduled: false, started: false, ready: false, restarts: 0, node: undefined, trouble: undefined });
  });

  it.each([
    ["Never", 0, "Succeeded"],
    ["Never", 3, "Failed"],
    ["Always", 0, "Running"],
  ])("whose process has ended (restart: %s, exit code %d) is %s, whatever the kubelet still calls it", (restartPolicy, exitCode, phase) => {
    expect(podOf({ phase: "Running", containerStatuses: [{ name: "main", state: { terminated: { exitCode } } }] }, { restartPolicy })).toMatchObject({ phase, ready: false });
  });

  it("that runs is as its conditions and its main container say", () => {
    const status: JsonObject = {
      phase: "Running",
      conditions: [{ type: "PodScheduled", status: "True" }, { type: "Ready", status: "True" }],
      containerStatuses: [{ name: "sidecar", started: false, restartCount: 9 }, { name: "main", started: true, restartCount: 2, state: { running: {} } }],
    };
    expect(podOf(status, { nodeName: "n" })).toMatchObject({ phase: "Running", scheduled: true, started: true, ready: true, restarts: 2, node: "n", trouble: undefined });
  });

  it.each<[string, JsonObject, { reason: string; message: string } | undefined]>([
    ["waits for its container to be made", waiting({ reason: "ContainerCreating" }), undefined],
    ["waits for its init containers", waiting({ reason: "PodInitializing" }), undefined],
    ["cannot be scheduled", { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "no node" }] }, { reason: "Unschedulable", message: "no node" }],
    ["has an image that is not there", waiting({ reason: "ImagePullBackOff", message: "not found" }), { reason: "ImagePullBackOff", message: "not found" }],
    ["crashes again and again", waiting({ reason: "CrashLoopBackOff" }, { terminated: { reason: "Error", exitCode: 1, finishedAt: "2026-11-28T08:00:00Z" } }), { reason: "CrashLoopBackOff", message: "its process ended with exit code 1 at 2026-11-28T08:00:00Z, waits before it starts again" }],
    ["needs more memory than it may have", waiting({ reason: "CrashLoopBackOff" }, { terminated: { reason: "OOMKilled", exitCode: 137 } }), { reason: "OOMKilled", message: "its process ended with exit code 137, waits before it starts again" }],
    ["has just crashed", { containerStatuses: [{ name: "main", state: { terminated: { reason: "Error", exitCode: 1, message: "no space\n" } } }] }, { reason: "Error", message: "its process ended with exit code 1, no space" }],
    ["was killed, and runs again", { containerStatuses: [{ name: "main", state: { running: {} }, lastState: { terminated: { reason: "Error", exitCode: 137 } } }] }, { reason: "Error", message: "its process ended with exit code 137, runs again" }],
    ["has no shell for its files", { initContainerStatuses: [{ name: "install-files", state: { waiting: { reason: "CrashLoopBackOff", message: "back-off" } }, lastState: { terminated: { reason: "StartError", exitCode: 128, message: 'failed to create containerd task: OCI runtime create failed: exec: "/bin/sh": stat /bin/sh: no such file or directory: unknown' } } }] }, { reason: "NoShell", message: "its image has no /bin/sh" }],
    ["has ended well", { containerStatuses: [{ name: "main", state: { terminated: { reason: "Completed", exitCode: 0 } } }] }, undefined],
    ["was evicted", { phase: "Failed", reason: "Evicted", message: "disk" }, { reason: "Evicted", message: "disk" }],
    ["has an init container that fails", { initContainerStatuses: [{ name: "files", state: { waiting: { reason: "ErrImagePull", message: "m" } } }], containerStatuses: [{ name: "main", state: { waiting: { reason: "PodInitializing" } } }] }, { reason: "ErrImagePull", message: "m" }],
  ])("that %s says what troubles it", (_which, status, trouble) => {
    expect(podOf(status).trouble).toEqual(trouble);
  });
});

describe("a claim", () => {
  it("says whose it is, which volume of which life, how large and how far bound", () => {
    const raw = aMemberObject({ name: "c-server-2-data-3", version: 1, index: 2, life: 3, labels: { [label.volume]: "data" } }, { spec: { resources: { requests: { storage: "5Gi" } } }, status: { phase: "Bound" } });
    expect(projectClaim(projectObject("PersistentVolumeClaim", raw), raw)).toMatchObject({ clusterUid: aUid, role: "server", index: 2, life: 3, volume: "data", phase: "Bound", size: "5Gi" });
  });

  it("is compared by its size alone, which is all that changes", () => {
    const raw = anObject({ version: 1 }, { spec: { volumeName: "pv", resources: { requests: { storage: "5Gi" } } } });
    expect(projectObject("PersistentVolumeClaim", raw).body).toEqual({ spec: { resources: { requests: { storage: "5Gi" } } } });
  });
});

function podOf(status: JsonObject | undefined, spec: JsonObject = {}, metadata: JsonObject = {}) {
  const raw = aMemberObject({ name: "c-server-2", version: 1, index: 2, life: 3, metadata }, { spec, ...(status && { status }) });
  return projectPod(projectObject("Pod", raw), raw);
}

function waiting(state: JsonObject, lastState: JsonObject = {}): JsonObject {
  return { phase: "Pending", containerStatuses: [{ name: "main", state: { waiting: state }, lastState }] };
}
