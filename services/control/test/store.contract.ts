import type { Store, StoredCluster } from "../src/store.ts";
import { snapshotOf } from "../src/clusters/cluster-event.ts";
import { aCluster, aMember, aMutation, anApp, aSpec, aStatus, aTime, aUid, clusterWrite, creating, deleting, publishing, reporting } from "../src/testing/mutations.ts";
import { describe, expect, test } from "vitest";

/** What every store promises: run against the one in memory and the real one. */
export function storeContract(name: string, fresh: () => Promise<Store>): void {
  const withApp = async () => {
    const store = await fresh();
    const app = anApp();
    await store.commit(aMutation("troupe-system", [publishing("troupe-system", app)]));
    return { store, app };
  };
  const withCluster = async (cluster: Partial<Parameters<typeof aCluster>[2]> = {}) => {
    const { store, app } = await withApp();
    await store.commit(aMutation("payments", [creating("payments", aCluster("c", app, cluster))]));
    return { store, app, cluster: await found(store, "payments", "c") };
  };
  const found = async (store: Store, project: string, cluster: string): Promise<StoredCluster> => {
    const stored = await store.findCluster(project, cluster);
    if (!stored) throw new Error(`${cluster} is not there`);
    return stored;
  };
  const olderThan = (time: string) => ({ events: time, requests: time, instances: time, audit: time, history: time });
  const raced = { kind: "conflict", reason: "CHANGED_MEANWHILE" };
  const spec = (cluster: StoredCluster, change: Partial<StoredCluster["spec"]>, app: ReturnType<typeof anApp>, bindings: readonly { slot: string; provider: string }[] = []) =>
    clusterWrite(cluster, "cluster.updated", {
      kind: "spec",
      uid: cluster.uid,
      expect: { edition: cluster.edition },
      change: {
        labels: cluster.labels,
        annotations: cluster.annotations,
        raisesVersion: true,
        next: { generation: cluster.generation + 1, app: { ...cluster.app, uid: app.uid }, spec: { ...cluster.spec, ...change }, objectNames: ["c-all", "c-other"], bindings },
      },
    });

  describe(name, () => {
    test("a project's revisions count its events, without a hole", async () => {
      const { store, app } = await withApp();
      expect(await store.commit(aMutation("payments", [creating("payments", aCluster("a", app))]))).toEqual({ first: 1, last: 1 });
      expect(await store.commit(aMutation("payments", [creating("payments", aCluster("b", app))]))).toEqual({ first: 2, last: 2 });
      expect(await store.projectState("payments")).toEqual({ revision: 2, purged: 0 });
      expect(await store.projectState("troupe-system")).toEqual({ revision: 1, purged: 0 });
      expect((await store.eventsAfter("payments", 0, 10)).events.map(({ revision, type, subject }) => [revision, type, subject])).toEqual([
        [1, "cluster.created", "projects/payments/clusters/a"],
        [2, "cluster.created", "projects/payments/clusters/b"],
      ]);
      expect(await store.eventsAfter("payments", 1, 10)).toMatchObject({ events: [{ revision: 2 }], more: false });
      expect(await store.eventsAfter("payments", 0, 1)).toMatchObject({ events: [{ revision: 1 }], more: true });
      expect(await store.eventsAfter("elsewhere", 0, 10)).toEqual({ events: [], more: false });
    });

    test("a created cluster is found as it was decided", async () => {
      const { cluster, app } = await withCluster({ labels: { team: "x" }, spec: aSpec({ params: { size: 3 } }) });
      expect(cluster).toMatchObject({ name: "c", project: "payments", target: "default", namespace: "payments", labels: { team: "x" }, generation: 1, edition: 1, revision: 1, version: 1 });
      expect(cluster).toMatchObject({ creator: "ann", intent: { kind: "run" }, guard: { epoch: 0, seq: 0 }, formed: false, app: { name: "queue", version: "1.0", build: 1, digest: app.digest } });
      expect(cluster.spec).toMatchObject({ app: "queue", params: { size: 3 } });
      expect([cluster.status, cluster.deleteTime, cluster.goneTime]).toEqual([undefined, undefined, undefined]);
    });

    test("an event keeps its data, and who caused it", async () => {
      const { store, app } = await withApp();
      const mutation = aMutation("payments", [creating("payments", aCluster("a", app))], { actor: { name: "bob", traceparent: "00-1-2-01" } });
      await store.commit(mutation);
      const [event] = (await store.eventsAfter("payments", 0, 1)).events;
      expect(event).toMatchObject({ project: "payments", actor: "bob", traceparent: "00-1-2-01", generation: 1, kind: "cluster", time: mutation.time });
      expect(event?.data).toMatchObject({ cluster: { name: "a", spec: { app: "queue" } }, change: {} });
    });

    test("a name is taken once: whoever comes second decides again, and sees it", async () => {
      const { store, app } = await withCluster();
      await expect(store.commit(aMutation("payments", [creating("payments", aCluster("c", app))]))).rejects.toMatchObject(raced);
      expect((await store.projectState("payments")).revision).toBe(1);
    });

    test("a name of an object is taken once in a namespace of a target, whatever the project", async () => {
      const { store, app } = await withApp();
      await store.commit(aMutation("payments", [creating("payments", aCluster("a", app, { objectNames: ["a-all", "a-b-c"] }))]));
      const clash = aCluster("a-b", app, { objectNames: ["a-b-all", "a-b-c"] });
      await expect(store.commit(aMutation("web", [creating("web", clash)]))).rejects.toMatchObject({ kind: "already_exists", reason: "NAME_TAKEN", facts: { resource: "projects/payments/clusters/a" } });
      await store.commit(aMutation("web", [creating("web", { ...clash, namespace: "web" })]));
      expect((await store.projectState("web")).revision).toBe(1);
    });

    test("a decision on an older edition is not carried out", async () => {
      const { store, app, cluster } = await withCluster();
      await store.commit(aMutation("payments", [spec(cluster, { params: { a: 1 } }, app)]));
      await expect(store.commit(aMutation("payments", [spec(cluster, { params: { a: 2 } }, app)]))).rejects.toMatchObject(raced);
      await expect(store.commit(aMutation("payments", [deleting(cluster)]))).rejects.toMatchObject(raced);
      const now = await found(store, "payments", "c");
      expect([now.generation, now.edition, now.revision, now.version, now.spec.params]).toEqual([2, 2, 2, 2, { a: 1 }]);
      expect((await store.projectState("payments")).revision).toBe(2);
    });

    test("a change of labels alone makes no generation and no new version", async () => {
      const { store, cluster } = await withCluster();
      const change = { labels: {}, annotations: { note: "x" }, raisesVersion: false };
      await store.commit(aMutation("payments", [clusterWrite(cluster, "cluster.updated", { kind: "spec", uid: cluster.uid, expect: { edition: 1 }, change })]));
      const now = await found(store, "payments", "c");
      expect([now.generation, now.edition, now.revision, now.version, now.annotations]).toEqual([1, 2, 2, 1, { note: "x" }]);
    });

    test("that an update may go on is kept through later changes, and makes a new version and no generation", async () => {
      const { store, app, cluster } = await withCluster();
      const change = { labels: {}, annotations: {}, continued: 1, raisesVersion: true };
      await store.commit(aMutation("payments", [clusterWrite(cluster, "cluster.updated", { kind: "spec", uid: cluster.uid, expect: { edition: 1 }, change })]));
      const now = await found(store, "payments", "c");
      expect([cluster.continued, now.continued, now.generation, now.version]).toEqual([undefined, 1, 1, 2]);
      await store.commit(aMutation("payments", [spec(now, { params: { a: 1 } }, app)]));
      expect(await found(store, "payments", "c")).toMatchObject({ continued: 1, generation: 2 });
    });

    test("names that an edit gives up are free", async () => {
      const { store, app, cluster } = await withCluster({ objectNames: ["c-all", "c-old"] });
      await store.commit(aMutation("payments", [spec(cluster, { params: { a: 1 } }, app)]));
      await store.commit(aMutation("payments", [creating("payments", aCluster("d", app, { objectNames: ["c-old"] }))]));
      await expect(store.commit(aMutation("payments", [creating("payments", aCluster("e", app, { objectNames: ["c-other"] }))]))).rejects.toMatchObject({ reason: "NAME_TAKEN" });
    });

    test("a request is remembered with its first event; the same id again is not carried out", async () => {
      const { store, app } = await withApp();
      const request = { caller: "ann", id: "6f1c7a3e-0000-4000-8000-000000000001", digest: "d1", answer: { created: true } };
      await store.commit(aMutation("payments", [creating("payments", aCluster("a", app))], { request }));
      expect(await store.findRequest({ project: "payments", caller: "ann", id: request.id })).toMatchObject({ digest: "d1", answer: { created: true }, event: { revision: 1, type: "cluster.created" } });
      expect(await store.findRequest({ project: "payments", caller: "bob", id: request.id })).toBeUndefined();
      await expect(store.commit(aMutation("payments", [creating("payments", aCluster("b", app))], { request }))).rejects.toMatchObject(raced);
      expect(await store.findCluster("payments", "b")).toBeUndefined();
    });

    test("a request that changed nothing is remembered with its answer: no revision, no event", async () => {
      const { store, app, cluster } = await withCluster();
      const request = { caller: "ann", id: "6f1c7a3e-0000-4000-8000-000000000002", digest: "d1", answer: { unchanged: { cluster: snapshotOf(cluster), revision: 1 } } };
      await store.keepRequest("payments", request, aTime);
      const kept = await store.findRequest({ project: "payments", caller: "ann", id: request.id });
      expect([kept?.event, kept?.answer.unchanged]).toMatchObject([undefined, { cluster: { uid: cluster.uid, spec: { app: "queue" } }, revision: 1 }]);
      expect((await store.projectState("payments")).revision).toBe(1);
      await expect(store.keepRequest("payments", request, aTime)).rejects.toMatchObject(raced);
      await expect(store.commit(aMutation("payments", [creating("payments", aCluster("b", app))], { request }))).rejects.toMatchObject(raced);
    });

    test("a decision on who needs whom is not carried out when that has changed", async () => {
      const { store, app } = await withApp();
      const bound = (cluster: string, provider: string) => creating("payments", aCluster(cluster, app, { bindings: [{ slot: "source", provider }] }));
      expect(await store.topologyOf("payments")).toEqual({ count: 0, edges: [] });
      await store.commit(aMutation("payments", [bound("a", "b")], { topology: { count: 0, changes: true } }));
      expect(await store.topologyOf("payments")).toEqual({ count: 1, edges: [{ consumer: "a", provider: "b" }] });
      await expect(store.commit(aMutation("payments", [bound("b", "a")], { topology: { count: 0, changes: true } }))).rejects.toMatchObject(raced);
      expect((await store.projectState("payments")).revision).toBe(1);
      await store.commit(aMutation("payments", [bound("c", "d")], { topology: { count: 1, changes: false } }));
      expect((await store.topologyOf("payments")).count).toBe(1);
    });

    test("those who are bound to some names are found among all, with the same count", async () => {
      const { store, app } = await withApp();
      const bound = (cluster: string, ...providers: readonly string[]) => creating("payments", aCluster(cluster, app, { bindings: providers.map((provider, index) => ({ slot: `s${index}`, provider })) }));
      for (const [index, write] of [bound("a", "p", "q"), bound("b", "p"), bound("c", "r")].entries()) await store.commit(aMutation("payments", [write], { topology: { count: index, changes: true } }));
      const { count, edges } = await store.consumersOf("payments", ["p", "none"]);
      expect([count, edges.map(({ consumer, provider }) => consumer + provider).toSorted()]).toEqual([3, ["ap", "bp"]]);
      expect(await store.consumersOf("elsewhere", ["p"])).toEqual({ count: 0, edges: [] });
    });

    test("bindings follow the spec", async () => {
      const { store, app, cluster } = await withCluster({ bindings: [{ slot: "x", provider: "p" }, { slot: "y", provider: "q" }] });
      await store.commit(aMutation("payments", [spec(cluster, {}, app, [{ slot: "y", provider: "r" }])]));
      expect((await store.topologyOf("payments")).edges).toEqual([{ consumer: "c", provider: "r" }]);
    });

    test("status is stored by parts, guarded by epoch and sequence number", async () => {
      const { store, cluster } = await withCluster();
      await store.commit(aMutation("payments", [reporting(cluster, { epoch: 1, seq: 1 }, {}, { whole: true, set: { "server/1": aMember(1), "server/0": aMember(0) } })]));
      const first = await found(store, "payments", "c");
      expect(first.status).toMatchObject({ state: "deploying", members: [{ index: 0 }, { index: 1 }] });
      expect([first.guard, first.revision, first.version, first.edition]).toEqual([{ epoch: 1, seq: 1 }, 2, 1, 1]);
      await store.commit(aMutation("payments", [reporting(first, { epoch: 2, seq: 1 }, { state: "ready", formed: true }, { set: { "server/0": aMember(0, { restarts: 1 }) }, drop: ["server/1"] })]));
      const second = await found(store, "payments", "c");
      expect(second.status?.members).toMatchObject([{ index: 0, restarts: 1 }]);
      expect(second.formed).toBe(true);
      await expect(store.commit(aMutation("payments", [reporting(second, { epoch: 1, seq: 9 }, { state: "failed" })]))).rejects.toMatchObject(raced);
      await expect(store.commit(aMutation("payments", [reporting(first, { epoch: 2, seq: 2 }, { state: "failed" })]))).rejects.toMatchObject(raced);
      expect((await found(store, "payments", "c")).status?.state).toBe("ready");
    });

    test("an event has the cluster as it is with it, whatever was committed since it was decided", async () => {
      const { store, app, cluster } = await withCluster();
      const last = async () => (await store.eventsAfter("payments", 0, 100)).events.at(-1);
      // Decided before the report, carried out after it.
      await store.commit(aMutation("payments", [reporting(cluster, { epoch: 1, seq: 1 }, { state: "ready" })]));
      await store.commit(aMutation("payments", [spec(cluster, { params: { a: 1 } }, app)]));
      expect((await last())?.data).toMatchObject({ cluster: { edition: cluster.edition, status: { state: "ready", members: [] } } });
      const reported = await found(store, "payments", "c");
      await store.commit(aMutation("payments", [reporting(reported, { epoch: 1, seq: 2 }, { state: "degraded" })]));
      await store.commit(aMutation("payments", [clusterWrite(reported, "cluster.needs_changed", { kind: "needs", uid: cluster.uid, expect: { edition: reported.edition } })]));
      expect((await last())?.data).toMatchObject({ cluster: { status: { state: "degraded" } } });
      await store.commit(aMutation("payments", [reporting(await found(store, "payments", "c"), { epoch: 1, seq: 3 }, { state: "failed" })]));
      await store.commit(aMutation("payments", [deleting(reported)]));
      expect((await last())?.data).toMatchObject({ cluster: { status: { state: "failed" } } });
      // These carry the spec that they were decided on: on another one they are decided again.
      const now = await found(store, "payments", "c");
      await expect(store.commit(aMutation("payments", [reporting({ ...now, edition: reported.edition }, { epoch: 1, seq: 4 }, {})]))).rejects.toMatchObject(raced);
      await expect(store.commit(aMutation("payments", [clusterWrite(now, "cluster.needs_changed", { kind: "needs", uid: cluster.uid, expect: { edition: reported.edition } })]))).rejects.toMatchObject(raced);
    });

    test("a cluster that reports and hears of another's in one mutation has its own report in both events", async () => {
      const { store, cluster } = await withCluster();
      const report = reporting(cluster, { epoch: 1, seq: 1 }, { state: "ready" });
      const told = clusterWrite({ ...cluster, status: aStatus({ state: "ready" }) }, "cluster.needs_changed", { kind: "needs", uid: cluster.uid, expect: { edition: cluster.edition } });
      await store.commit(aMutation("payments", [report, told]));
      expect((await store.eventsAfter("payments", 1, 10)).events.map(({ data }) => data)).toMatchObject([{ cluster: { status: { state: "ready" } } }, { cluster: { status: { state: "ready" } } }]);
    });

    test("of many reports each is an event of its own; one that fails takes all with it", async () => {
      const { store, app } = await withApp();
      for (const id of ["a", "b"]) await store.commit(aMutation("payments", [creating("payments", aCluster(id, app))]));
      const [a, b] = [await found(store, "payments", "a"), await found(store, "payments", "b")];
      expect(await store.commit(aMutation("payments", [reporting(a, { epoch: 1, seq: 1 }, {}), reporting(b, { epoch: 1, seq: 2 }, {})]))).toEqual({ first: 3, last: 4 });
      expect([(await found(store, "payments", "a")).revision, (await found(store, "payments", "b")).revision]).toEqual([3, 4]);
      const fresh = await found(store, "payments", "a");
      await expect(store.commit(aMutation("payments", [reporting(fresh, { epoch: 1, seq: 3 }, { state: "ready" }), reporting(b, { epoch: 1, seq: 4 }, { state: "ready" })]))).rejects.toMatchObject(raced);
      expect((await found(store, "payments", "a")).status?.state).toBe("deploying");
    });

    test("exports that change raise the version of those who need them", async () => {
      const { store, app } = await withApp();
      await store.commit(aMutation("payments", [creating("payments", aCluster("zk", app))]));
      await store.commit(aMutation("payments", [creating("payments", aCluster("reader", app, { bindings: [{ slot: "source", provider: "zk" }, { slot: "other", provider: "none" }] }))]));
      const [zk, reader] = [await found(store, "payments", "zk"), await found(store, "payments", "reader")];
      await store.commit(aMutation("payments", [reporting(zk, { epoch: 1, seq: 1 }, { exports: { quorum: "h:1" } }), clusterWrite(reader, "cluster.needs_changed", { kind: "needs", uid: reader.uid, expect: { edition: reader.edition } })]));
      const now = await found(store, "payments", "reader");
      expect([now.version, now.revision, now.edition, now.generation]).toEqual([4, 4, 1, 1]);
      expect(await store.exportsOf("payments", ["zk", "none"])).toEqual(new Map([["zk", { uid: zk.uid, app: { name: app.name, version: app.version }, exports: { quorum: "h:1" } }]]));
      const [desired] = await store.desiredOf({ uids: [reader.uid], changedAfter: 0 });
      expect(desired?.offered).toEqual({ source: { uid: zk.uid, exports: { quorum: "h:1" } }, other: undefined });
    });

    test("a cluster that is gone frees its names, and is still known by its uid", async () => {
      const { store, app, cluster } = await withCluster({ bindings: [{ slot: "source", provider: "zk" }] });
      await store.commit(aMutation("payments", [deleting(cluster)]));
      const going = await found(store, "payments", "c");
      expect(going).toMatchObject({ intent: { kind: "delete", deleteVolumes: false }, version: 2, edition: 2 });
      expect(going.deleteTime).toBe("2026-11-24T12:00:00.000Z");
      await store.commit(aMutation("payments", [reporting(going, { epoch: 1, seq: 1 }, { gone: true, kept: ["claim"] }, {}, "gone")]));
      expect(await store.findCluster("payments", "c")).toBeUndefined();
      expect((await store.clustersByUid([cluster.uid]))[0]).toMatchObject({ name: "c", goneTime: expect.any(String), status: { kept: ["claim"] } });
      expect((await store.topologyOf("payments")).edges).toEqual([]);
      expect(await store.desiredOf({ target: "default", after: undefined, limit: 10 })).toEqual([]);
      await store.commit(aMutation("payments", [creating("payments", aCluster("c", app, { spec: aSpec({ adopt: cluster.uid }) }))]));
      expect(await store.adopterOf(cluster.uid)).toMatchObject({ cluster: "projects/payments/clusters/c", isGone: false });
      await expect(store.commit(aMutation("payments", [creating("payments", aCluster("d", app, { spec: aSpec({ adopt: cluster.uid }) }))]))).rejects.toMatchObject({ kind: "conflict", reason: "ALREADY_ADOPTED" });
    });

    test("what was to be adopted can be again when the one that was to is gone, unless that kept it", async () => {
      const { store, app, cluster } = await withCluster();
      const end = async (kept: readonly string[], seq: number) => {
        await store.commit(aMutation("payments", [deleting(await found(store, "payments", "c"))]));
        await store.commit(aMutation("payments", [reporting(await found(store, "payments", "c"), { epoch: 1, seq }, { gone: true, kept }, { set: { "server/0": aMember(0) } }, "gone")]));
      };
      const adopt = () => store.commit(aMutation("payments", [creating("payments", aCluster("c", app, { spec: aSpec({ adopt: cluster.uid }) }))]));
      await end(["c-server-0-data-1"], 1);
      expect((await store.clustersByUid([cluster.uid]))[0]?.status?.members).toEqual([]);
      await adopt();
      await end([], 2);
      expect(await store.adopterOf(cluster.uid)).toBeUndefined();
      await adopt();
      const { uid } = await found(store, "payments", "c");
      await end(["c-server-0-data-1"], 3);
      expect(await store.adopterOf(cluster.uid)).toEqual({ uid, cluster: "projects/payments/clusters/c", isGone: true });
    });

    test("who has a name can be asked before it is wanted", async () => {
      const { store, cluster } = await withCluster();
      const wanted = { uid: aUid(), target: "default", namespace: "payments", own: "d", objectNames: ["d-all", "c-server"] };
      expect(await store.holderOf(wanted)).toEqual({ name: "c-server", cluster: "projects/payments/clusters/c" });
      expect(await store.holderOf({ ...wanted, own: "c", objectNames: [] })).toEqual({ name: "c", cluster: "projects/payments/clusters/c" });
      expect(await store.holderOf({ ...wanted, uid: cluster.uid })).toBeUndefined();
      expect(await store.holderOf({ ...wanted, namespace: "web" })).toBeUndefined();
      expect(await store.holderOf({ ...wanted, own: undefined, objectNames: ["c"] })).toBeUndefined();
    });

    test("a build that was deleted since it was chosen is chosen again", async () => {
      const { store, app, cluster } = await withCluster();
      const gone = { ...app, uid: aUid() };
      await expect(store.commit(aMutation("payments", [creating("payments", aCluster("d", gone))]))).rejects.toMatchObject(raced);
      await expect(store.commit(aMutation("payments", [spec(cluster, { params: { a: 1 } }, gone)]))).rejects.toMatchObject(raced);
    });

    test("a cluster that nobody asked to delete is never gone", async () => {
      const { store, cluster } = await withCluster();
      await expect(store.commit(aMutation("payments", [reporting(cluster, { epoch: 1, seq: 1 }, { gone: true }, {}, "gone")]))).rejects.toMatchObject(raced);
      expect(await store.findCluster("payments", "c")).toBeDefined();
    });

    test("a build that is in use cannot be deleted; one that is not can", async () => {
      const { store, app, cluster } = await withCluster();
      const unpublish = { kind: "unpublish", uid: app.uid, event: { ...publishing("troupe-system", app).event, type: "app.deleted" } } as const;
      expect(await store.usersOf(app.uid, 10)).toEqual(["projects/payments/clusters/c"]);
      await expect(store.commit(aMutation("troupe-system", [unpublish]))).rejects.toMatchObject({ kind: "conflict", reason: "APP_IN_USE" });
      await store.commit(aMutation("payments", [deleting(cluster)]));
      await store.commit(aMutation("payments", [reporting(await found(store, "payments", "c"), { epoch: 1, seq: 1 }, { gone: true }, {}, "gone")]));
      await store.commit(aMutation("troupe-system", [unpublish]));
      expect(await store.findApp(app.uid)).toBeUndefined();
      await expect(store.commit(aMutation("troupe-system", [unpublish]))).rejects.toMatchObject(raced);
    });

    test("apps are listed newest first, by name, in pages", async () => {
      const { store } = await withApp();
      for (const app of [anApp("queue", "1.10"), anApp("queue", "1.9"), anApp("queue", "1.10", 2), anApp("web", "3")]) await store.commit(aMutation("troupe-system", [publishing("troupe-system", app)]));
      await store.commit(aMutation("own", [publishing("own", anApp("queue", "0.1"))]));
      const words = (apps: readonly { project: string; name: string; version: string; build: number }[]) => apps.map(({ project, name: app, version, build }) => `${project}/${app}@${version}+${build}`);
      expect(words(await store.listApps({ project: undefined, limit: 10 }))).toEqual(["own/queue@0.1+1", "troupe-system/queue@1.10+2", "troupe-system/web@3+1"]);
      expect(words(await store.listApps({ project: "troupe-system", after: ["troupe-system", "queue"], limit: 10 }))).toEqual(["troupe-system/web@3+1"]);
      const builds = await store.listApps({ project: "troupe-system", name: "queue", limit: 2 });
      expect(words(builds)).toEqual(["troupe-system/queue@1.10+2", "troupe-system/queue@1.10+1"]);
      const { versionKey } = await import("@troupe/domain/version-order");
      expect(words(await store.listApps({ project: "troupe-system", name: "queue", after: [versionKey("1.10"), "1"], limit: 5 }))).toEqual(["troupe-system/queue@1.9+1", "troupe-system/queue@1.0+1"]);
      expect((await store.appBuilds(["own", "troupe-system"], "queue")).map(({ project, version, build }) => `${project} ${version}+${build}`).toSorted()).toEqual(["own 0.1+1", "troupe-system 1.0+1", "troupe-system 1.10+1", "troupe-system 1.10+2", "troupe-system 1.9+1"]);
    });

    test("a build is published once; its definition is found by digest", async () => {
      const { store, app } = await withApp();
      await expect(store.commit(aMutation("troupe-system", [publishing("troupe-system", { ...app, uid: aUid() })]))).rejects.toMatchObject(raced);
      expect(await store.findDefinition(app.digest)).toBe(app.definition);
      expect(await store.findDefinition("none")).toBeUndefined();
      expect(await store.findApp(app.uid)).toMatchObject({ name: "queue", yaml: "yaml", creator: "ann", revision: 1, createTime: "2026-11-24T12:00:00.000Z" });
    });

    test("clusters are listed by name and by age, filtered, in pages", async () => {
      const { store, app } = await withApp();
      const other = anApp("web");
      await store.commit(aMutation("troupe-system", [publishing("troupe-system", other)]));
      for (const [id, of, labels] of [["d", app, {}], ["b", other, { team: "x" }], ["a", app, { team: "x" }], ["c", app, { team: "y" }]] as const) {
        await store.commit(aMutation("payments", [creating("payments", aCluster(id, of, { labels, app: { ...aCluster(id, of).app } }))]));
      }
      await store.commit(aMutation("web", [creating("web", aCluster("z", app, { namespace: "web" }))]));
      const a = await found(store, "payments", "a");
      await store.commit(aMutation("payments", [reporting(a, { epoch: 1, seq: 1 }, { state: "ready" }, { set: { "server/0": aMember(0) } })]));
      const list = async (query: Partial<Parameters<Store["listClusters"]>[0]>) => {
        const page = await store.listClusters({ project: "payments", filter: [], order: { by: "name", descending: false }, after: undefined, limit: 10, ...query });
        return [page.clusters.map((cluster) => cluster.name).join(""), page.next, page.revision];
      };
      expect(await list({})).toEqual(["abcd", undefined, 5]);
      expect(await list({ limit: 2 })).toEqual(["ab", ["payments", "b"], 5]);
      expect(await list({ limit: 2, after: ["payments", "b"] })).toEqual(["cd", undefined, 5]);
      expect(await list({ order: { by: "name", descending: true }, limit: 3 })).toEqual(["dcb", ["payments", "b"], 5]);
      expect((await list({ order: { by: "create_time", descending: false } }))[0]).toBe("dbac");
      expect((await list({ order: { by: "create_time", descending: true }, after: [a.uid] }))[0]).toBe("bd");
      expect(await list({ project: undefined })).toEqual(["abcdz", undefined, 0]);
      expect((await list({ project: undefined, after: ["payments", "c"] }))[0]).toBe("dz");
      const term = (field: "app" | "state" | "name", value: string, equal = true) => ({ field: { kind: field }, value, equal });
      expect((await list({ filter: [term("app", "queue")] }))[0]).toBe("acd");
      expect((await list({ filter: [term("app", "queue"), term("state", "ready", false)] }))[0]).toBe("cd");
      expect((await list({ filter: [term("state", "pending")] }))[0]).toBe("bcd");
      expect((await list({ filter: [{ field: { kind: "label", key: "team" }, value: "x", equal: true }] }))[0]).toBe("ab");
      expect((await list({ filter: [{ field: { kind: "label", key: "team" }, value: "x", equal: false }] }))[0]).toBe("cd");
      expect((await list({ filter: [term("name", "b")] }))[0]).toBe("b");
      const page = await store.listClusters({ project: "payments", filter: [term("name", "a")], order: { by: "name", descending: false }, after: undefined, limit: 1 });
      expect(page.clusters[0]?.status).toMatchObject({ state: "ready", members: [] });
    });

    test("desired clusters of a target, in order of uid, with a digest that follows their versions", async () => {
      const { store, cluster } = await withCluster();
      const [row] = await store.desiredOf({ target: "default", after: undefined, limit: 10 });
      expect(row).toMatchObject({ cluster: { uid: cluster.uid, version: 1 }, offered: {}, lastRecord: undefined });
      expect(await store.desiredOf({ target: "default", after: cluster.uid, limit: 10 })).toEqual([]);
      expect(await store.desiredOf({ target: "other", after: undefined, limit: 10 })).toEqual([]);
      expect(await store.desiredOf({ uids: [cluster.uid], changedAfter: 1 })).toEqual([]);
      const { createHash } = await import("node:crypto");
      const digest = (text: string) => createHash("sha256").update(text).digest("hex");
      expect(await store.desiredDigest("default")).toBe(digest(`${cluster.uid} 1\n`));
      expect(await store.desiredDigest("other")).toBe(digest(""));
      await store.commit(aMutation("payments", [deleting(cluster)]));
      expect(await store.desiredDigest("default")).toBe(digest(`${cluster.uid} 2\n`));
    });

    test("a note raises the guard and keeps the record, without a revision", async () => {
      const { store, cluster } = await withCluster();
      const record = { uid: cluster.uid, project: "payments", version: 1, epoch: 3, app: "queue@1.0+1", formed: false, ordersDone: [], needs: {}, roles: {}, members: {} };
      await store.noteReports([{ uid: cluster.uid, guard: { epoch: 3, seq: 1 }, record }]);
      await store.noteReports([{ uid: cluster.uid, guard: { epoch: 2, seq: 9 }, record: { ...record, epoch: 2 } }]);
      expect((await found(store, "payments", "c")).guard).toEqual({ epoch: 3, seq: 1 });
      expect((await store.projectState("payments")).revision).toBe(1);
      expect((await store.desiredOf({ uids: [cluster.uid], changedAfter: 0 }))[0]?.lastRecord).toEqual(record);
    });

    test("events are listed by subject and type, from either end", async () => {
      const { store, app } = await withApp();
      for (const id of ["a", "b"]) await store.commit(aMutation("payments", [creating("payments", aCluster(id, app))]));
      await store.commit(aMutation("payments", [deleting(await found(store, "payments", "a"))]));
      const list = async (query: Partial<Parameters<Store["listEvents"]>[0]>) =>
        (await store.listEvents({ project: "payments", after: 0, upTo: 100, subject: undefined, types: [], newestFirst: false, limit: 10, ...query })).events.map(({ revision }) => revision);
      expect(await list({})).toEqual([1, 2, 3]);
      expect(await list({ after: 1, limit: 1 })).toEqual([2]);
      expect(await list({ upTo: 2 })).toEqual([1, 2]);
      expect(await list({ newestFirst: true, limit: 2 })).toEqual([3, 2]);
      expect(await list({ subject: "projects/payments/clusters/a" })).toEqual([1, 3]);
      expect(await list({ types: ["cluster.deleting"] })).toEqual([3]);
      expect(await list({ types: ["cluster.cr*", "app.*"] })).toEqual([1, 2]);
    });

    test("a page of the log ends where it is large, but has at least one event", async () => {
      const { store, app } = await withApp();
      const annotations = { note: "é".repeat(700_000) };
      for (const id of ["a", "b", "c"]) await store.commit(aMutation("payments", [creating("payments", aCluster(id, app, { annotations }))]));
      const query = { project: "payments", after: 0, upTo: 3, subject: undefined, types: [], newestFirst: false, limit: 10 };
      const inWords = ({ events, more }: Awaited<ReturnType<Store["eventsAfter"]>>) => [events.map(({ revision }) => revision), more];
      expect(inWords(await store.eventsAfter("payments", 0, 10))).toEqual([[1, 2], true]);
      expect(inWords(await store.eventsAfter("payments", 2, 10))).toEqual([[3], false]);
      expect(inWords(await store.listEvents(query))).toEqual([[1, 2], true]);
      expect(inWords(await store.listEvents({ ...query, newestFirst: true }))).toEqual([[3, 2], true]);
      const huge = { note: "x".repeat(4_000_000) };
      await store.commit(aMutation("payments", [creating("payments", aCluster("d", app, { annotations: huge }))]));
      expect(inWords(await store.eventsAfter("payments", 3, 10))).toEqual([[4], false]);
    });

    test("what is purged can be neither read nor resumed from, and the rest has no hole", async () => {
      const { store, app } = await withApp();
      const at = async (time: string, id: string) => store.commit(aMutation("payments", [creating("payments", aCluster(id, app))], { time }));
      await at("2026-10-01T00:00:00.000Z", "a");
      await at("2026-10-02T00:00:00.000Z", "b");
      await at("2026-11-20T00:00:00.000Z", "c");
      await store.purge(olderThan("2026-11-01T00:00:00.000Z"));
      expect(await store.projectState("payments")).toEqual({ revision: 3, purged: 2 });
      await expect(store.eventsAfter("payments", 1, 10)).rejects.toMatchObject({ kind: "too_old", facts: { oldestRevision: "3" } });
      expect((await store.eventsAfter("payments", 2, 10)).events.map(({ revision }) => revision)).toEqual([3]);
    });

    test("the epoch rises when the set of live instances changes", async () => {
      const store = await fresh();
      const beat = (instance: string, leaving = false, expiryMs = 60_000) => store.beat({ target: "default", instance, leaving, expiryMs });
      expect(await beat("one")).toEqual({ name: "default", epoch: 1, instances: ["one"] });
      expect(await beat("one")).toEqual({ name: "default", epoch: 1, instances: ["one"] });
      expect(await beat("two")).toEqual({ name: "default", epoch: 2, instances: ["one", "two"] });
      expect(await beat("one")).toMatchObject({ epoch: 2 });
      expect(await beat("two", true)).toEqual({ name: "default", epoch: 3, instances: ["one"] });
      expect(await store.targets(60_000)).toEqual([{ name: "default", epoch: 3, instances: ["one"] }]);
      expect(await store.beat({ target: "edge", instance: "x", leaving: false, expiryMs: 60_000 })).toMatchObject({ epoch: 1 });
    });

    test("of many instances that beat at once each is counted", async () => {
      const store = await fresh();
      const ids = Array.from({ length: 12 }, (_, index) => `i${String(index).padStart(2, "0")}`);
      const answers = await Promise.all(ids.map((instance) => store.beat({ target: "default", instance, leaving: false, expiryMs: 60_000 })));
      expect(new Set(answers.map(({ epoch }) => epoch))).toEqual(new Set(ids.map((_, index) => index + 1)));
      expect(answers.find(({ epoch }) => epoch === ids.length)?.instances).toEqual(ids);
    });

    test("a cursor of the relay is worth something for its stream only", async () => {
      const { store } = await withCluster();
      const stream = { createdAt: "s1", firstSequence: 1, lastSequence: 10, keptSince: "2026-11-01T00:00:00.000Z" };
      const projects = async (change: Partial<typeof stream> = {}) => (await store.unpublished({ ...stream, ...change })).map(({ project }) => project).toSorted();
      expect(await projects()).toEqual(["payments", "troupe-system"]);
      const published = { stream: "s1", sequence: 10, time: "2026-11-24T00:00:00.000Z" };
      const nothing = { revision: 0, stream: "", sequence: 0, time: published.time };
      expect(await store.moveCursor("payments", nothing, { revision: 1, ...published })).toBe(true);
      expect(await store.moveCursor("troupe-system", nothing, { revision: 1, ...published })).toBe(true);
      // Somebody who knows less moves nothing.
      expect(await store.moveCursor("payments", nothing, { revision: 0, ...published })).toBe(false);
      expect(await projects()).toEqual([]);
      expect(await projects({ createdAt: "s2" })).toEqual(["payments", "troupe-system"]);
      expect(await projects({ lastSequence: 9 })).toEqual(["payments", "troupe-system"]);
      expect(await projects({ firstSequence: 11 })).toEqual(["payments", "troupe-system"]);
      expect(await projects({ firstSequence: 11, keptSince: "2026-11-24T00:00:01.000Z" })).toEqual([]);
      expect(await store.relayCursor("payments")).toEqual({ project: "payments", head: 1, purged: 0, published: { revision: 1, ...published } });
      await store.commit(aMutation("payments", [deleting(await found(store, "payments", "c"))]));
      expect(await projects()).toEqual(["payments"]);
    });
  });
}
