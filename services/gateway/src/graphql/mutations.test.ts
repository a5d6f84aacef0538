import { Failure } from "@troupe/domain/failure";
import { describe, expect, it } from "vitest";
import type { Control } from "../control.ts";
import { contextOf } from "./context.ts";
import { mutations } from "./mutations.ts";

/** Control as far as it takes changes of clusters, with the requests that it was sent. */
function fakeControl() {
  const sent: Record<string, unknown>[] = [];
  const take = async (request: Record<string, unknown>) => {
    sent.push(request);
    return { cluster: undefined, plan: undefined, created: false };
  };
  const control = {
    clusters: { update: take, create: take, continue: take, delete: take },
    apps: { delete: () => Promise.reject(new Failure("not_found", "no such build")) },
  };
  return { context: contextOf(control as unknown as Control, () => "id"), sent };
}

const name = "projects/p/clusters/c";
const spec = { app: "queue" };

describe("an update by typed input", () => {
  it("touches only the spec, and labels and annotations where they are given", async () => {
    const { context, sent } = fakeControl();
    await mutations.updateCluster({}, { input: { name, spec } }, context);
    await mutations.updateCluster({}, { input: { name, spec, labels: { a: "b" } } }, context);
    await mutations.updateCluster({}, { input: { name, spec, labels: {}, annotations: {} } }, context);
    expect(sent.map(({ updateMask }) => updateMask)).toEqual([["spec"], ["spec", "labels"], ["spec", "labels", "annotations"]]);
  });

  it("touches what its mask names, where it has one", async () => {
    const { context, sent } = fakeControl();
    await mutations.updateCluster({}, { input: { name, spec, labels: { a: "b" }, updateMask: ["spec.params"] } }, context);
    expect(sent[0]).toMatchObject({ updateMask: ["spec.params"] });
  });
});

describe("annotations", () => {
  it("go along with a typed spec", async () => {
    const { context, sent } = fakeControl();
    await mutations.createCluster({}, { input: { project: "p", name: "c", spec, annotations: { "a.b/c": "d" } } }, context);
    expect(sent[0]).toMatchObject({ source: { value: { annotations: { "a.b/c": "d" } } } });
    expect(await mutations.applyCluster({}, { input: { name, spec, annotations: { a: 1 } } }, context)).toMatchObject({ userErrors: [{ path: "annotations.a" }] });
  });
});

describe("an update that waits", () => {
  it("is let go on for the generation that was looked at, or the present one", async () => {
    const { context, sent } = fakeControl();
    await mutations.continueCluster({}, { input: { name, generation: "4" } }, context);
    await mutations.continueCluster({}, { input: { name } }, context);
    expect(sent.map(({ generation }) => generation)).toEqual([4n, 0n]);
  });
});

describe("the deletion of what is not there", () => {
  it("is well where that is allowed", async () => {
    const { context, sent } = fakeControl();
    await mutations.deleteCluster({}, { input: { name, allowMissing: true } }, context);
    expect(sent[0]).toMatchObject({ allowMissing: true });
    const input = { name: "projects/p/apps/queue@1+1" };
    expect(await mutations.deleteApp({}, { input: { ...input, allowMissing: true } }, context)).toMatchObject({ deleted: false, userErrors: [] });
    await expect(mutations.deleteApp({}, { input }, context)).rejects.toMatchObject({ kind: "not_found" });
  });
});
