import { describe, expect, test } from "vitest";
import { pipelineEvent } from "../src/pipelines/pipeline-event.ts";
import type { PipelineSnapshot, PipelineStatus } from "../src/pipelines/pipeline.ts";
import type { Store, Write } from "../src/store.ts";
import { aCluster, aMutation, anApp, aPipeline, creating, deleting, publishing, putting, reporting } from "../src/testing/mutations.ts";

/** What every store promises of pipelines: run against the one in memory and the real one. */
export function pipelineContract(name: string, fresh: () => Promise<Store>): void {
  const raced = { kind: "conflict", reason: "CHANGED_MEANWHILE" };
  const pipeline = aPipeline("clicks", { labels: { team: "x" } });
  const part = (key: string) => ({ namespace: "payments", pipeline: { uid: pipeline.uid, key } });
  const withPipeline = async () => {
    const store = await fresh();
    const app = anApp();
    await store.commit(aMutation("troupe-system", [publishing("troupe-system", app)]));
    const clusters = ["log", "work"].map((key) => creating("payments", aCluster(`clicks-${key}`, app, part(key))));
    await store.commit(aMutation("payments", [putting(pipeline), ...clusters]));
    return { store, app };
  };
  const found = async (store: Store, cluster: string) => {
    const stored = await store.findCluster("payments", cluster);
    if (!stored) throw new Error(`${cluster} is not there`);
    return stored;
  };
  const status: PipelineStatus = { state: "ready", message: "", clusters: { log: { state: "ready", current: true, changed: false, message: "" } } };
  const statusWrite = (of: PipelineSnapshot, revision: number): Write => ({ kind: "pipeline-status", uid: of.uid, expect: { revision }, status, event: pipelineEvent({ ...of, status }, { type: "pipeline.ready", data: {} }) });
  const goneWrite = (of: PipelineSnapshot, revision: number): Write => ({ kind: "pipeline-gone", uid: of.uid, expect: { revision }, event: pipelineEvent(of, { type: "pipeline.deleted", data: {} }) });

  describe(`${name}, of pipelines,`, () => {
    test("keeps one with its clusters, an event and a revision for each", async () => {
      const { store } = await withPipeline();
      const stored = await store.findPipeline("payments", "clicks");
      expect(stored).toEqual({ ...pipeline, revision: 1 });
      expect(await store.pipelinesByUid([pipeline.uid])).toEqual([stored]);
      const clusters = (await store.clustersOfPipeline(pipeline.uid)).toSorted((a, b) => a.revision - b.revision);
      expect(clusters.map((cluster) => [cluster.name, cluster.revision, cluster.version, cluster.pipeline?.key])).toEqual([["clicks-log", 2, 2, "log"], ["clicks-work", 3, 3, "work"]]);
      expect((await found(store, "clicks-log")).pipeline).toEqual({ uid: pipeline.uid, key: "log" });
      const { events } = await store.eventsAfter("payments", 0, 10);
      expect(events.map(({ kind, type, subject }) => [kind, type, subject])).toEqual([
        ["pipeline", "pipeline.created", "projects/payments/pipelines/clicks"],
        ["cluster", "cluster.created", "projects/payments/clusters/clicks-log"],
        ["cluster", "cluster.created", "projects/payments/clusters/clicks-work"],
      ]);
      expect(events[0]?.data).toMatchObject({ pipeline: { name: "clicks", spec: { clusters: { log: { app: "queue" } } } } });
    });

    test("keeps nothing at all where one of the clusters cannot be made", async () => {
      const { store, app } = await withPipeline();
      const another = aPipeline("other");
      await expect(store.commit(aMutation("payments", [putting(another), creating("payments", aCluster("other-log", app)), creating("payments", aCluster("clicks-log", app))]))).rejects.toMatchObject(raced);
      await expect(store.commit(aMutation("payments", [putting(another), creating("payments", aCluster("other-log", app)), creating("payments", aCluster("third", app, { objectNames: ["clicks-work-all"] }))]))).rejects.toMatchObject({ reason: "NAME_TAKEN", facts: { name: "clicks-work-all" } });
      expect([await store.findPipeline("payments", "other"), await store.findCluster("payments", "other-log")]).toEqual([undefined, undefined]);
      expect((await store.projectState("payments")).revision).toBe(3);
    });

    test("changes several clusters in one mutation, each with its own names and bindings", async () => {
      const { store, app } = await withPipeline();
      const change = async (cluster: string, provider: string): Promise<Write> => {
        const present = await found(store, cluster);
        const { uid } = app;
        const next = { generation: 2, app: { ...present.app, uid }, spec: present.spec, objectNames: [`${cluster}-all`, `${cluster}-new`], bindings: [{ slot: "source", provider }] };
        return { kind: "spec", uid: present.uid, expect: { edition: 1 }, change: { labels: {}, annotations: {}, raisesVersion: true, next }, event: { type: "cluster.updated", kind: "cluster", uid: present.uid, subject: `projects/payments/clusters/${cluster}`, generation: 2, data: { cluster: present, change: {} } } };
      };
      await store.commit(aMutation("payments", [putting({ ...pipeline, edition: 2 }, 1), await change("clicks-log", "a"), await change("clicks-work", "b"), creating("payments", aCluster("clicks-new", app, part("new")))]));
      expect((await store.topologyOf("payments")).edges.toSorted((a, b) => (a.consumer < b.consumer ? -1 : 1))).toEqual([{ consumer: "clicks-log", provider: "a" }, { consumer: "clicks-work", provider: "b" }]);
      expect(await found(store, "clicks-work")).toMatchObject({ generation: 2, revision: 6, version: 6 });
      expect(await store.holderOf({ uid: app.uid, target: "default", namespace: "payments", own: undefined, objectNames: ["clicks-log-server"] })).toBeUndefined();
      expect(await store.holderOf({ uid: app.uid, target: "default", namespace: "payments", own: undefined, objectNames: ["clicks-log-new"] })).toMatchObject({ cluster: "projects/payments/clusters/clicks-log" });
    });

    test("writes on the revision that was read, or not at all", async () => {
      const { store } = await withPipeline();
      await store.commit(aMutation("payments", [statusWrite(pipeline, 1)]));
      expect(await store.findPipeline("payments", "clicks")).toMatchObject({ revision: 4, status });
      for (const write of [statusWrite(pipeline, 1), goneWrite(pipeline, 1), putting({ ...pipeline, edition: 2 }, 1), putting(aPipeline("clicks"))]) {
        await expect(store.commit(aMutation("payments", [write]))).rejects.toMatchObject(raced);
      }
      await store.commit(aMutation("payments", [putting({ ...pipeline, edition: 2, annotations: { a: "b" } }, 4)]));
      expect(await store.findPipeline("payments", "clicks")).toMatchObject({ revision: 5, edition: 2, annotations: { a: "b" }, createTime: pipeline.createTime, creator: "ann" });
    });

    test("holds a decision to what a pipeline said, also where nothing is written of it", async () => {
      const { store } = await withPipeline();
      const cluster = await found(store, "clicks-work");
      await expect(store.commit(aMutation("payments", [deleting(cluster)], { pipeline: { uid: pipeline.uid, revision: 2 } }))).rejects.toMatchObject(raced);
      await store.commit(aMutation("payments", [deleting(cluster)], { pipeline: { uid: pipeline.uid, revision: 1 } }));
      expect((await found(store, "clicks-work")).intent.kind).toBe("delete");
    });

    test("of two who change its status at once one decides again", async () => {
      const { store } = await withPipeline();
      const outcomes = await Promise.allSettled([1, 2, 3].map(() => store.commit(aMutation("payments", [statusWrite(pipeline, 1)]))));
      expect(outcomes.map(({ status: outcome }) => outcome).toSorted()).toEqual(["fulfilled", "rejected", "rejected"]);
    });

    test("takes in reports, intents and the status in one mutation", async () => {
      const { store } = await withPipeline();
      const [log, work] = [await found(store, "clicks-log"), await found(store, "clicks-work")];
      await store.commit(aMutation("payments", [deleting(work)]));
      const going = await found(store, "clicks-work");
      await store.commit(aMutation("payments", [reporting(going, { epoch: 1, seq: 1 }, { gone: true }, {}, "gone"), reporting(log, { epoch: 1, seq: 1 }, { state: "ready" }), deleting(log), statusWrite(pipeline, 1)]));
      expect(await found(store, "clicks-log")).toMatchObject({ intent: { kind: "delete" }, edition: 2, status: { state: "ready" } });
      expect((await store.clustersOfPipeline(pipeline.uid)).map((cluster) => cluster.name)).toEqual(["clicks-log"]);
      expect((await store.findPipeline("payments", "clicks"))?.revision).toBe(8);
    });

    test("forgets one that is gone, and its name is free", async () => {
      const { store } = await withPipeline();
      await store.commit(aMutation("payments", [goneWrite(pipeline, 1)]));
      expect([await store.findPipeline("payments", "clicks"), ...(await store.pipelinesByUid([pipeline.uid]))]).toEqual([undefined]);
      await store.commit(aMutation("payments", [putting(aPipeline("clicks"))]));
    });

    test("lists them by project and name, page by page", async () => {
      const { store } = await withPipeline();
      await store.commit(aMutation("payments", [putting(aPipeline("a")), putting(aPipeline("b"))]));
      await store.commit(aMutation("a-project", [putting(aPipeline("z", { project: "a-project" }))]));
      const names = ({ pipelines }: Awaited<ReturnType<Store["listPipelines"]>>) => pipelines.map(({ project, name: own }) => `${project}/${own}`);
      const page = await store.listPipelines({ project: "payments", after: undefined, limit: 2 });
      expect([names(page), page.next, page.revision]).toEqual([["payments/a", "payments/b"], ["payments", "b"], 5]);
      const rest = await store.listPipelines({ project: "payments", after: page.next, limit: 2 });
      expect([names(rest), rest.next]).toEqual([["payments/clicks"], undefined]);
      const all = await store.listPipelines({ project: undefined, after: undefined, limit: 10 });
      expect([names(all), all.revision]).toEqual([["a-project/z", "payments/a", "payments/b", "payments/clicks"], 0]);
      expect(await store.listPipelines({ project: "nowhere", after: undefined, limit: 10 })).toEqual({ pipelines: [], next: undefined, revision: 0 });
    });
  });
}
