import { randomUUID } from "node:crypto";
import { ClusterState } from "@troupe/proto/troupe/v1/cluster";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Neighbours, type Replica, startNeighbours, startReplica } from "./control.ts";
import { all, apply, clusterYaml, finish, manifest, publish, queueApp, remove, report, reportOf } from "./steps.ts";

let neighbours: Neighbours;
let replica: Replica;
beforeAll(async () => {
  neighbours = await startNeighbours();
  replica = await startReplica(neighbours);
  await publish(replica);
});
afterAll(async () => {
  await replica?.stop();
  await neighbours?.stop();
});

const create = (text: string, change: Partial<Parameters<Replica["clusters"]["create"]>[0]> = {}) =>
  replica.clusters.create({ parent: "", clusterId: "", source: { $case: "manifest", value: manifest(text) }, requestId: "", validateOnly: false, ...change });
const update = (change: Partial<Parameters<Replica["clusters"]["update"]>[0]>) =>
  replica.clusters.update({ name: "", source: undefined, updateMask: undefined, allowMissing: false, etag: "", requestId: "", validateOnly: false, ...change });
const input = (spec: object, labels: Record<string, string> = {}) => ({ $case: "cluster" as const, value: { labels, annotations: {}, spec: { app: "queue", placement: undefined, params: {}, needs: {}, roles: {}, paused: false, stopped: false, protect: false, adopt: "", labels: {}, ...spec } } });
const revisionOf = async (project: string) => (await replica.events.list({ parent: `projects/${project}`, afterRevision: 0n, pageSize: 1000, subject: "", types: [], newestFirst: false })).lastRevision;

describe("creating", () => {
  test("answers with the cluster, its pinned build and what will be made", async () => {
    const { cluster, plan, created } = await create(clusterYaml("create", "a", "{app: queue, roles: {server: {members: 2}}}"));
    expect(created).toBe(true);
    expect(cluster).toMatchObject({ name: "projects/create/clusters/a", generation: 1n, revision: 1n, app: "queue@1.0+1", reconciling: true, creator: "anonymous", deleteTime: undefined });
    expect(cluster?.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(cluster?.status).toMatchObject({ state: ClusterState.CLUSTER_STATE_PENDING, observedGeneration: 0n });
    expect(plan?.unchanged).toBe(false);
    expect(plan?.members).toEqual([{ role: "server", index: 0, action: 1 }, { role: "server", index: 1, action: 1 }]);
    expect(plan?.notes).toEqual(["queue is queue@1.0+1"]);
    expect(await replica.clusters.get({ name: "projects/create/clusters/a" })).toMatchObject({ uid: cluster?.uid, etag: cluster?.etag, revision: 1n });
  });

  test("from a typed message is the same as from a document", async () => {
    const { cluster } = await create("", { parent: "projects/create", clusterId: "typed", source: input({ params: { size: 5 }, roles: { server: { members: 2, volumes: {}, env: { A: { value: "1" } }, files: {}, expose: {} } } }, { team: "x" }) });
    expect(cluster).toMatchObject({ labels: { team: "x" }, spec: { app: "queue", params: { size: 5 }, roles: { server: { members: 2, env: { A: { value: "1" } }, files: {}, expose: {} } } } });
    const again = await apply(replica, clusterYaml("create", "typed", "{app: queue, params: {size: 5}, roles: {server: {members: 2, env: {A: 1}}}}", ", labels: {team: x}"));
    expect(again.plan?.unchanged).toBe(true);
  });

  test("what is there already is refused, and so is a name that an object of another cluster has", async () => {
    await create(clusterYaml("taken", "a"));
    await expect(create(clusterYaml("taken", "a"))).rejects.toMatchObject({ kind: "already_exists", reason: "CLUSTER_EXISTS" });
    await publish(replica, `{apiVersion: troupe.dev/v1, kind: App, metadata: {name: long}, spec: {version: "1", image: i:1, user: 1, roles: {x-all: {members: 1}}}}`);
    await create(clusterYaml("taken", "b", "{app: long}"));
    await expect(create(clusterYaml("taken", "b-x"))).rejects.toMatchObject({ kind: "already_exists", reason: "NAME_TAKEN", facts: { resource: "projects/taken/clusters/b", name: "b-x-all" } });
  });

  test("only tried, it is refused for names that are taken as it would be in earnest", async () => {
    await create(clusterYaml("trying", "b", "{app: long}"));
    await expect(create(clusterYaml("trying", "b-x"), { validateOnly: true })).rejects.toMatchObject({ kind: "already_exists", reason: "NAME_TAKEN", facts: { resource: "projects/trying/clusters/b", name: "b-x-all" } });
    expect((await create(clusterYaml("trying", "c"), { validateOnly: true })).created).toBe(true);
    expect(await revisionOf("trying")).toBe(1n);
  });

  test("only tried, it leaves nothing behind", async () => {
    const { cluster, created } = await create(clusterYaml("tried", "a"), { validateOnly: true });
    expect([cluster?.name, created]).toEqual(["projects/tried/clusters/a", true]);
    await expect(replica.clusters.get({ name: "projects/tried/clusters/a" })).rejects.toMatchObject({ kind: "not_found", reason: "CLUSTER_NOT_FOUND" });
    expect(await revisionOf("tried")).toBe(0n);
  });

  test.each([
    ["an unknown app", "{app: nothing}", "spec.app", "APP_NOT_FOUND"],
    ["an unknown version", '{app: "queue@9"}', "spec.app", "APP_NOT_FOUND"],
    ["an unknown role", "{app: queue, roles: {sever: {members: 1}}}", "spec.roles.sever", "ROLE_UNKNOWN"],
    ["too few members", "{app: queue, roles: {server: {members: 0}}}", "spec.roles.server.members", "MEMBERS_INVALID"],
    ["an unknown field", "{app: queue, rolls: {}}", "spec.rolls", "FIELD_UNKNOWN"],
    ["an unknown target", "{app: queue, placement: {target: mars}}", "spec.placement.target", "TARGET_UNKNOWN"],
    ["a volume of nobody", "{app: queue, adopt: 01930000-0000-7000-8000-000000000000}", "spec.adopt", "ADOPT_UNKNOWN"],
  ])("with %s is refused where it stands", async (_what, spec, path, reason) => {
    const failure = await create(clusterYaml("refused", "a", spec)).then(() => undefined, (error: unknown) => error);
    expect(failure).toMatchObject({ kind: "invalid" });
    const { problems } = failure as { problems: readonly { path: string; reason: string; line?: number; column?: number }[] };
    expect(problems.map((problem) => [problem.path, problem.line])).toContainEqual([path, 4]);
    if (reason !== "MEMBERS_INVALID") expect(problems.map((problem) => problem.reason)).toContain(reason);
    expect(await revisionOf("refused")).toBe(0n);
  });

  test("the request and the document must mean the same cluster", async () => {
    await expect(create(clusterYaml("one", "a"), { parent: "projects/two" })).rejects.toMatchObject({ kind: "invalid", problems: [{ path: "metadata.namespace", reason: "NAME_MISMATCH", line: 3 }] });
    const { cluster } = await create("{apiVersion: troupe.dev/v1, kind: Cluster, metadata: {name: b}, spec: {app: queue}}", { parent: "projects/two" });
    expect(cluster?.name).toBe("projects/two/clusters/b");
  });
});

describe("changing", () => {
  test("the same again changes nothing at all", async () => {
    const first = await apply(replica, clusterYaml("same", "a", "{app: queue, roles: {server: {members: 2}}}"));
    const again = await apply(replica, clusterYaml("same", "a", "{roles: {server: {members: 2}}, app: queue}"), { requestId: randomUUID() });
    expect([again.plan?.unchanged, again.created]).toEqual([true, false]);
    expect(again.cluster).toEqual(first.cluster);
    expect(await revisionOf("same")).toBe(1n);
  });

  test("another spec is a new generation, says what it does, and moves etag and revision", async () => {
    const { cluster: before } = await apply(replica, clusterYaml("change", "a"));
    const { cluster: after, plan, created } = await apply(replica, clusterYaml("change", "a", "{app: queue, roles: {server: {members: 3}}}"));
    expect([after?.generation, after?.revision, created]).toEqual([2n, 2n, false]);
    expect(after?.etag).not.toBe(before?.etag);
    expect(plan?.fields).toEqual([{ path: "roles.server", before: "", after: expect.stringContaining('"members":3') }]);
    expect(plan?.members).toEqual([{ role: "server", index: 1, action: 1 }, { role: "server", index: 2, action: 1 }]);
  });

  test("labels alone make no generation", async () => {
    await apply(replica, clusterYaml("labels", "a"));
    const { cluster } = await apply(replica, clusterYaml("labels", "a", "{app: queue}", ", labels: {team: x}"));
    expect([cluster?.generation, cluster?.revision, cluster?.labels]).toEqual([1n, 2n, { team: "x" }]);
  });

  test("a stale etag is refused, the present one is taken", async () => {
    const { cluster } = await apply(replica, clusterYaml("etag", "a"));
    const { cluster: second } = await apply(replica, clusterYaml("etag", "a", "{app: queue, params: {size: 4}}"), { etag: cluster?.etag ?? "" });
    await expect(apply(replica, clusterYaml("etag", "a", "{app: queue, params: {size: 5}}"), { etag: cluster?.etag ?? "" })).rejects.toMatchObject({ kind: "stale", reason: "ETAG_STALE" });
    await expect(remove(replica, "projects/etag/clusters/a", { etag: cluster?.etag ?? "" })).rejects.toMatchObject({ kind: "stale" });
    expect((await replica.clusters.get({ name: "projects/etag/clusters/a" })).etag).toBe(second?.etag);
  });

  test("a mask replaces what it names and leaves the rest", async () => {
    await apply(replica, clusterYaml("mask", "a", "{app: queue, params: {size: 4}, roles: {server: {members: 2}}}", ", labels: {team: x, keep: me}"));
    const name = "projects/mask/clusters/a";
    const { cluster } = await update({ name, source: input({ params: { size: 9 }, roles: { server: { members: 7, volumes: {}, env: {}, files: {}, expose: {} } } }, { team: "y" }), updateMask: ["spec.params.size", "labels.team"] });
    expect(cluster).toMatchObject({ labels: { team: "y", keep: "me" }, generation: 2n, spec: { params: { size: 9 }, roles: { server: { members: 2 } } } });
    await expect(update({ name, source: input({}), updateMask: ["spec.params.size.x"] })).rejects.toMatchObject({ kind: "invalid", reason: "UPDATE_MASK_INVALID" });
    const { cluster: without } = await update({ name, source: input({}), updateMask: ["spec.params", "spec.roles.server.members"] });
    expect(without?.spec).toMatchObject({ params: {}, roles: {} });
    await expect(update({ name, source: input({}), updateMask: ["spec.sise"] })).rejects.toMatchObject({ kind: "invalid", reason: "UPDATE_MASK_INVALID" });
    await expect(update({ name, source: input({}), updateMask: ["status"] })).rejects.toMatchObject({ kind: "invalid", reason: "UPDATE_MASK_INVALID" });
  });

  test("scaling is a change of one number", async () => {
    await apply(replica, clusterYaml("scale", "a"));
    const scale = (role: string, members: number) => replica.clusters.scale({ name: "projects/scale/clusters/a", role, members, etag: "", requestId: "", validateOnly: false });
    const { cluster, plan } = await scale("server", 4);
    expect(cluster).toMatchObject({ generation: 2n, spec: { roles: { server: { members: 4 } } } });
    expect(plan?.members.map(({ index }) => index)).toEqual([1, 2, 3]);
    expect((await scale("server", 4)).plan?.unchanged).toBe(true);
    await expect(scale("nobody", 4)).rejects.toMatchObject({ kind: "invalid", problems: [{ path: "spec.roles.nobody", reason: "ROLE_UNKNOWN" }] });
    await expect(scale("server", -1)).rejects.toMatchObject({ kind: "invalid" });
    await expect(scale("server", 0)).rejects.toMatchObject({ kind: "invalid", problems: [{ path: "spec.roles.server.members" }] });
  });

  test("an update is let go on for the generation that was looked at, once", async () => {
    await apply(replica, clusterYaml("continue", "a"));
    const goOn = (request: { readonly generation?: bigint; readonly requestId?: string; readonly validateOnly?: boolean; readonly name?: string }) =>
      replica.clusters.continue({ name: "projects/continue/clusters/a", generation: 0n, requestId: "", validateOnly: false, ...request });
    await expect(goOn({ generation: 2n })).rejects.toMatchObject({ kind: "conflict", reason: "GENERATION_CHANGED" });
    await expect(goOn({ name: "projects/continue/clusters/b" })).rejects.toMatchObject({ kind: "not_found", reason: "CLUSTER_NOT_FOUND" });
    expect((await goOn({ validateOnly: true })).cluster?.continuedGeneration).toBe(1n);
    expect((await replica.clusters.get({ name: "projects/continue/clusters/a" })).continuedGeneration).toBe(0n);
    const requestId = "01930000-0000-7000-8000-00000000c001";
    const first = await goOn({ generation: 1n, requestId });
    expect(first.cluster).toMatchObject({ continuedGeneration: 1n, generation: 1n, revision: 2n });
    expect((await goOn({ generation: 1n, requestId })).cluster?.etag).toBe(first.cluster?.etag);
    expect((await goOn({})).plan?.unchanged).toBe(true);
    const { cluster } = await apply(replica, clusterYaml("continue", "a", "{app: queue, params: {size: 4}}"));
    expect(cluster).toMatchObject({ continuedGeneration: 1n, generation: 2n });
    await remove(replica, "projects/continue/clusters/a");
    await expect(goOn({})).rejects.toMatchObject({ kind: "conflict", reason: "CLUSTER_DELETING" });
  });

  test("what a living cluster does not allow is refused", async () => {
    await apply(replica, clusterYaml("fixed", "a", "{app: queue, roles: {server: {volumes: {data: {size: 5Gi}}}}}"));
    await expect(apply(replica, clusterYaml("fixed", "a"))).rejects.toMatchObject({ kind: "conflict", problems: [{ path: "spec.roles.server.volumes.data.size", reason: "VOLUME_SHRINKS" }] });
    await expect(apply(replica, clusterYaml("fixed", "a", "{app: long}"))).rejects.toMatchObject({ kind: "conflict", reason: "APP_CHANGED" });
  });

  test("updating what is not there is not creating it, unless that is allowed", async () => {
    await expect(update({ name: "projects/missing/clusters/a", source: input({}) })).rejects.toMatchObject({ kind: "not_found" });
    expect((await update({ name: "projects/missing/clusters/a", source: input({}), allowMissing: true })).created).toBe(true);
  });

  test("a build stays pinned while the same text is submitted", async () => {
    const app = (version: string, build: number) => `{apiVersion: troupe.dev/v1, kind: App, metadata: {name: pinned}, spec: {version: "${version}", build: ${build}, description: b${build}, image: "i:1", user: 1, roles: {server: {members: 1+}}}}`;
    await publish(replica, app("1.0", 1));
    expect((await apply(replica, clusterYaml("pin", "a", "{app: pinned}"))).cluster?.app).toBe("pinned@1.0+1");
    await publish(replica, app("1.0", 2));
    expect((await apply(replica, clusterYaml("pin", "a", "{app: pinned}"))).plan?.unchanged).toBe(true);
    expect((await apply(replica, clusterYaml("pin", "a", "{app: pinned, roles: {server: {members: 2}}}"))).cluster?.app).toBe("pinned@1.0+1");
    const { cluster } = await apply(replica, clusterYaml("pin", "a", "{app: pinned@1.0, roles: {server: {members: 2}}}"));
    expect([cluster?.app, cluster?.generation]).toEqual(["pinned@1.0+2", 3n]);
  });
});

describe("a request id", () => {
  test("gives the first answer again, whatever has happened since", async () => {
    const requestId = randomUUID();
    const first = await create(clusterYaml("once", "a"), { requestId });
    await apply(replica, clusterYaml("once", "a", "{app: queue, params: {size: 8}}"));
    expect(await create(clusterYaml("once", "a"), { requestId })).toEqual(first);
    expect(await revisionOf("once")).toBe(2n);
  });

  test("of many at once takes effect once, and all are answered the same", async () => {
    for (const name of ["a", "b", "c", "d", "e", "f", "g", "h"]) {
      const requestId = randomUUID();
      const answers = await Promise.all(Array.from({ length: 12 }, () => create(clusterYaml("twelve", name), { requestId })));
      expect(new Set(answers.map(({ cluster, created }) => `${created} ${cluster?.uid}`)).size).toBe(1);
    }
    expect(await revisionOf("twelve")).toBe(8n);
  });

  test("missing, many at once that apply the same make one cluster, and none is refused", async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => apply(replica, clusterYaml("together", "a"))));
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    expect(await revisionOf("together")).toBe(1n);
  });

  test("that changed nothing changes nothing later either, when it would", async () => {
    const [updateId, deleteId, goneId] = [randomUUID(), randomUUID(), randomUUID()];
    const name = "projects/noop/clusters/a";
    await apply(replica, clusterYaml("noop", "a"));
    const same = await apply(replica, clusterYaml("noop", "a"), { requestId: updateId });
    expect(same.plan?.unchanged).toBe(true);
    await apply(replica, clusterYaml("noop", "a", "{app: queue, params: {size: 8}}"));
    expect(await apply(replica, clusterYaml("noop", "a"), { requestId: updateId })).toEqual(same);
    await remove(replica, name);
    const going = await remove(replica, name, { requestId: deleteId });
    expect(going.plan?.unchanged).toBe(true);
    await finish(replica, name);
    const missing = await remove(replica, name, { requestId: goneId, allowMissing: true });
    expect(missing).toMatchObject({ cluster: undefined, plan: { unchanged: true } });
    await apply(replica, clusterYaml("noop", "a"));
    expect(await remove(replica, name, { requestId: goneId, allowMissing: true })).toEqual(missing);
    expect(await remove(replica, name, { requestId: deleteId })).toEqual(going);
    expect((await replica.clusters.get({ name })).deleteTime).toBeUndefined();
    await expect(remove(replica, name, { requestId: updateId })).rejects.toMatchObject({ reason: "REQUEST_ID_REUSED" });
  });

  test("of many at once that change nothing is answered the same to all", async () => {
    await apply(replica, clusterYaml("noops", "a"));
    const requestId = randomUUID();
    const answers = await Promise.all(Array.from({ length: 8 }, () => apply(replica, clusterYaml("noops", "a"), { requestId })));
    expect(answers.every(({ plan }) => plan?.unchanged)).toBe(true);
  });

  test("of another body is refused", async () => {
    const requestId = randomUUID();
    await create(clusterYaml("reused", "a"), { requestId });
    await expect(create(clusterYaml("reused", "b"), { requestId })).rejects.toMatchObject({ kind: "invalid", reason: "REQUEST_ID_REUSED" });
    await expect(create(clusterYaml("reused", "b"), { requestId: "7" })).rejects.toMatchObject({ kind: "invalid", reason: "REQUEST_ID_INVALID" });
  });

  test("is one caller's own", async () => {
    const requestId = randomUUID();
    const request = (name: string) => ({ parent: "", clusterId: "", source: { $case: "manifest" as const, value: manifest(clusterYaml("callers", name)) }, requestId, validateOnly: false });
    await replica.clusters.create(request("a"), { metadata: { "troupe-caller": "ann" } });
    const { cluster } = await replica.clusters.create(request("b"), { metadata: { "troupe-caller": "bob" } });
    expect(cluster?.creator).toBe("bob");
  });
});

describe("deleting", () => {
  test("records the intent, again changes nothing, and the reconciler's word ends it", async () => {
    await apply(replica, clusterYaml("delete", "a"));
    const name = "projects/delete/clusters/a";
    const { cluster, plan } = await remove(replica, name);
    expect(cluster).toMatchObject({ reconciling: true, status: { state: ClusterState.CLUSTER_STATE_DELETING }, deleteTime: expect.any(String) });
    expect(plan).toMatchObject({ members: [{ role: "server", index: 0, action: 3 }], notes: ["volumes and generated secrets are kept"] });
    expect((await remove(replica, name)).plan?.unchanged).toBe(true);
    await expect(apply(replica, clusterYaml("delete", "a", "{app: queue, params: {size: 1}}"))).rejects.toMatchObject({ kind: "conflict", reason: "CLUSTER_DELETING" });
    expect(await report(replica, reportOf(cluster!, { state: "deleting", gone: true, kept: ["a-server-0-data-1"] }))).toEqual([1]);
    await expect(replica.clusters.get({ name })).rejects.toMatchObject({ kind: "not_found" });
    const { events } = await replica.events.list({ parent: "projects/delete", afterRevision: 0n, pageSize: 0, subject: name, types: [], newestFirst: false });
    expect(events.map(({ type }) => type)).toEqual(["created", "deleting", "deleted"].map((what) => `dev.troupe.cluster.${what}.v1`));
    expect(events.at(-1)?.data).toMatchObject({ cluster: { name, status: { kept: ["a-server-0-data-1"] } } });
    await expect(remove(replica, name)).rejects.toMatchObject({ kind: "not_found" });
    expect(await remove(replica, name, { allowMissing: true })).toMatchObject({ cluster: undefined, plan: { unchanged: true } });
    expect((await apply(replica, clusterYaml("delete", "a"))).created).toBe(true);
  });

  test("volumes needs the cluster's name as confirmation", async () => {
    await apply(replica, clusterYaml("volumes", "a"));
    const name = "projects/volumes/clusters/a";
    await expect(remove(replica, name, { volumes: 2 })).rejects.toMatchObject({ kind: "invalid", problems: [{ path: "confirm", reason: "CONFIRM_MISSING" }] });
    await expect(remove(replica, name, { volumes: 7 as never, confirm: "a" })).rejects.toMatchObject({ kind: "invalid", reason: "ENUM_UNKNOWN" });
    await remove(replica, name);
    const { plan } = await remove(replica, name, { volumes: 2, confirm: "a" });
    expect(plan?.notes).toEqual(["volumes and generated secrets are deleted too, for good"]);
  });

  test("what is protected is refused until it is not", async () => {
    await apply(replica, clusterYaml("protect", "a", "{app: queue, protect: true}"));
    await expect(remove(replica, "projects/protect/clusters/a")).rejects.toMatchObject({ kind: "conflict", reason: "CLUSTER_PROTECTED" });
    await apply(replica, clusterYaml("protect", "a"));
    await remove(replica, "projects/protect/clusters/a");
  });

  test("what it left can be taken over, once, by a cluster of the same app", async () => {
    await apply(replica, clusterYaml("adopt", "a"));
    const adopting = (name: string, app = "queue") => apply(replica, clusterYaml("adopt", name, `{app: ${app}, adopt: ${uid}}`));
    const { uid } = await replica.clusters.get({ name: "projects/adopt/clusters/a" });
    await expect(adopting("b")).rejects.toMatchObject({ kind: "conflict", problems: [{ path: "spec.adopt", reason: "ADOPT_NOT_GONE", line: 4 }] });
    await finish(replica, "projects/adopt/clusters/a");
    await expect(adopting("b", "long")).rejects.toMatchObject({ kind: "invalid", problems: [{ reason: "ADOPT_OTHER_APP" }] });
    await adopting("a");
    await expect(adopting("b")).rejects.toMatchObject({ kind: "conflict", problems: [{ reason: "ALREADY_ADOPTED" }] });
  });

  test("what it left can be taken over after all when the one that was to is gone without it, and from that one when it had", async () => {
    await apply(replica, clusterYaml("again", "a"));
    const { uid } = await finish(replica, "projects/again/clusters/a");
    const adopting = async (name: string, adopted: string) => (await apply(replica, clusterYaml("again", name, `{app: queue, adopt: ${adopted}}`))).cluster!;
    const never = await adopting("b", uid);
    await remove(replica, never.name);
    await report(replica, reportOf(never, { state: "deleting", gone: true }));
    const second = await adopting("c", uid);
    await finish(replica, second.name);
    await expect(adopting("d", uid)).rejects.toMatchObject({ kind: "conflict", reason: "ALREADY_ADOPTED", message: expect.stringContaining(second.uid) });
    await adopting("d", second.uid);
  });
});

describe("needs", () => {
  const bound = (project: string, name: string, provider: string) => apply(replica, clusterYaml(project, name, `{app: queue, needs: {source: ${provider}}}`));

  test("a cycle is refused, also through what does not exist yet", async () => {
    await bound("cycle", "a", "b");
    await bound("cycle", "b", "c");
    await expect(bound("cycle", "c", "a")).rejects.toMatchObject({ kind: "conflict", problems: [{ path: "spec.needs.source", reason: "NEEDS_CYCLE" }] });
    await expect(bound("cycle", "d", "d")).rejects.toMatchObject({ problems: [{ path: "spec.needs.source" }] });
    await bound("cycle", "a", "x");
    await bound("cycle", "c", "a");
  });

  test("a provider of another app than the slot asks for is refused, at its place", async () => {
    await publish(replica, queueApp.replace("{name: queue}", "{name: other}"));
    await apply(replica, clusterYaml("wrong", "p", "{app: other}"));
    await expect(bound("wrong", "a", "p")).rejects.toMatchObject({ kind: "invalid", problems: [{ path: "spec.needs.source", reason: "NEED_OTHER_APP", line: 4 }] });
  });

  test("of two that would make a cycle at once only one succeeds", async () => {
    const results = await Promise.allSettled([bound("race", "a", "b"), bound("race", "b", "a")]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });

  test("what others need is not deleted; the refusal names them", async () => {
    await apply(replica, clusterYaml("needed", "p"));
    await bound("needed", "x", "p");
    await bound("needed", "z", "p");
    await expect(remove(replica, "projects/needed/clusters/p")).rejects.toMatchObject({ kind: "conflict", reason: "CLUSTER_NEEDED", message: expect.stringContaining("x, z") });
    await finish(replica, "projects/needed/clusters/x");
    await apply(replica, clusterYaml("needed", "z"));
    await remove(replica, "projects/needed/clusters/p");
  });

  test("whoever waits for a cluster is told when it comes, and when it goes", async () => {
    const { cluster: consumer } = await bound("waits", "c", "p");
    await apply(replica, clusterYaml("waits", "other"));
    const needsOf = async () => {
      const parts = await all(replica.reconciler.listDesired({ target: "default", digest: "" }));
      const [found] = parts.flatMap(({ part }) => (part?.$case === "sources" && part.value.uid === consumer?.uid ? [part.value] : []));
      return [found?.version, (JSON.parse(found?.needs ?? "") as { source: { kind: string } }).source.kind];
    };
    expect(await needsOf()).toEqual([1n, "waiting"]);
    await apply(replica, clusterYaml("waits", "p"));
    expect(await needsOf()).toEqual([4n, "bound"]);
    await apply(replica, clusterYaml("waits", "c"));
    await remove(replica, "projects/waits/clusters/p");
    await bound("waits", "c", "p");
    await finish(replica, "projects/waits/clusters/p");
    expect(await needsOf()).toEqual([9n, "waiting"]);
    const { events } = await replica.events.list({ parent: "projects/waits", afterRevision: 2n, pageSize: 0, subject: "", types: [], newestFirst: false });
    expect(events.map(({ type, subject }) => `${subject.split("/").at(-1)} ${type.split(".").at(-2)}`)).toEqual(["p created", "c needs_changed", "c updated", "p deleting", "c updated", "p deleted", "c needs_changed"]);
  });

  test("many clusters and those that need them may be made at once", async () => {
    const names = Array.from({ length: 12 }, (_, index) => `p${index}`);
    await Promise.all(names.flatMap((name) => [bound("crowd", `c-${name}`, name), apply(replica, clusterYaml("crowd", name))]));
    const parts = await all(replica.reconciler.listDesired({ target: "default", digest: "" }));
    const sources = parts.flatMap(({ part }) => (part?.$case === "sources" && part.value.project === "crowd" ? [part.value] : []));
    expect(sources).toHaveLength(24);
    // Whoever came first, its consumer's version is not older than it.
    const versions = new Map(sources.map(({ name, version }) => [name, version]));
    expect(names.filter((name) => (versions.get(`c-${name}`) ?? 0n) < (versions.get(name) ?? 0n))).toEqual([]);
  });

  test("exports that are reported reach those who need them, each as a revision of its own", async () => {
    const { cluster: provider } = await apply(replica, clusterYaml("exports", "p"));
    const { cluster: consumer } = await bound("exports", "c", "p");
    const desired = async () => {
      const parts = await all(replica.reconciler.listDesired({ target: "default", digest: "" }));
      return parts.flatMap(({ part }) => (part?.$case === "sources" && part.value.uid === consumer?.uid ? [part.value] : []))[0];
    };
    expect(JSON.parse((await desired())?.needs ?? "")).toMatchObject({ source: { kind: "bound" } });
    const before = await desired();
    await report(replica, reportOf(provider!, { exports: { address: "h:7000" } }));
    const after = await desired();
    expect(JSON.parse(after?.needs ?? "")).toMatchObject({ source: { kind: "bound", provider: "p", exports: { address: "h:7000" } } });
    expect(after?.version).toBe((before?.version ?? 0n) + 2n);
    expect(after?.generation).toBe(1n);
    const { events } = await replica.events.list({ parent: "projects/exports", afterRevision: 2n, pageSize: 0, subject: "", types: [], newestFirst: false });
    expect(events.map(({ type, subject }) => [type, subject.split("/").at(-1)])).toEqual([["dev.troupe.cluster.deploying.v1", "p"], ["dev.troupe.cluster.needs_changed.v1", "c"]]);
    await report(replica, reportOf(provider!, { state: "ready", exports: { address: "h:7000" } }));
    expect((await desired())?.version).toBe(after?.version);
  });
});

describe("reading", () => {
  test("pages carry the revision of the first, and fit no other question", async () => {
    for (const name of ["a", "b", "c"]) await apply(replica, clusterYaml("pages", name));
    const list = (change: object) => replica.clusters.list({ parent: "projects/pages", pageSize: 2, pageToken: "", filter: "", orderBy: "", ...change });
    const first = await list({});
    expect([first.clusters.map(({ name }) => name.slice(-1)), first.revision]).toEqual([["a", "b"], 3n]);
    await apply(replica, clusterYaml("pages", "d"));
    const second = await list({ pageToken: first.nextPageToken });
    expect([second.clusters.map(({ name }) => name.slice(-1)), second.revision, second.nextPageToken]).toEqual([["c", "d"], 3n, ""]);
    await expect(list({ pageToken: first.nextPageToken, filter: "app = queue" })).rejects.toMatchObject({ kind: "invalid", reason: "PAGE_TOKEN_INVALID" });
    await expect(list({ pageToken: "nonsense" })).rejects.toMatchObject({ kind: "invalid", reason: "PAGE_TOKEN_INVALID" });
    await expect(list({ filter: "sise = 3" })).rejects.toMatchObject({ kind: "invalid", reason: "FILTER_INVALID" });
    await expect(list({ orderBy: "size" })).rejects.toMatchObject({ kind: "invalid", reason: "ORDER_INVALID" });
    await expect(list({ pageSize: -1 })).rejects.toMatchObject({ kind: "invalid" });
    await expect(list({ parent: "pages" })).rejects.toMatchObject({ kind: "invalid", reason: "RESOURCE_NAME_INVALID" });
  });

  test("an answer holds no more than a caller takes: a page ends early, and too many at once are refused", async () => {
    const annotations = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`n${index}`, "x".repeat(10_000)]));
    const names = Array.from({ length: 15 }, (_, index) => `c${String.fromCharCode(97 + index)}`);
    for (const name of names) await create("", { parent: "projects/large", clusterId: name, source: { $case: "cluster", value: { ...input({}).value, annotations } } });
    const list = (pageToken: string) => replica.clusters.list({ parent: "projects/large", pageSize: 1000, pageToken, filter: "", orderBy: "create_time" });
    const first = await list("");
    const second = await list(first.nextPageToken);
    expect([first.clusters.length, second.clusters.length, second.nextPageToken]).toEqual([12, 3, ""]);
    expect([...first.clusters, ...second.clusters].map(({ name }) => name)).toEqual(names.map((name) => `projects/large/clusters/${name}`));
    await expect(replica.clusters.batchGet({ names: names.map((name) => `projects/large/clusters/${name}`) })).rejects.toMatchObject({ kind: "exhausted", reason: "TOO_MANY_NAMES" });
    const { events, lastRevision, more } = await replica.events.list({ parent: "projects/large", afterRevision: 0n, pageSize: 1000, subject: "", types: [], newestFirst: false });
    expect([events.length, lastRevision, more]).toEqual([12, 12n, true]);
  });

  test("many at once, in the order asked for; one that is missing is missing for all", async () => {
    for (const name of ["a", "b"]) await apply(replica, clusterYaml("batch", name));
    const names = ["projects/batch/clusters/b", "projects/pages/clusters/a", "projects/batch/clusters/a"];
    expect((await replica.clusters.batchGet({ names })).clusters.map(({ name }) => name)).toEqual(names);
    await expect(replica.clusters.batchGet({ names: [...names, "projects/batch/clusters/c"] })).rejects.toMatchObject({ kind: "not_found", facts: { resource: "projects/batch/clusters/c" } });
  });

  test("says what it is", async () => {
    await replica.reconciler.heartbeat({ target: "default", instance: "one", leaving: false });
    const info = await replica.system.getInfo({}, { metadata: { "troupe-caller": "ann" } });
    expect(info).toMatchObject({ version: "0.0.0", caller: "ann", targets: [{ name: "default", liveInstances: 1 }], limits: { pageSize: 1000 } });
  });
});
