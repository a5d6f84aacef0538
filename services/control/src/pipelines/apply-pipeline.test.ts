import { Failure } from "@troupe/domain/failure";
import { parseDocument } from "@troupe/domain/language/document";
import { parsePipelineDocument } from "@troupe/domain/language/pipeline";
import { silentLog } from "@troupe/runtime/log";
import { describe, expect, test } from "vitest";
import { AppBook } from "../apps/app-book.ts";
import { makePublishApp } from "../apps/publish-app.ts";
import { makeApplyCluster } from "../clusters/apply-cluster.ts";
import { scaledWish } from "../clusters/wish.ts";
import { requestOnce } from "../request-once.ts";
import { recordStatuses } from "../status/record-statuses.ts";
import type { Report } from "../status/report.ts";
import type { Store } from "../store.ts";
import { memoryStore } from "../testing/memory-store.ts";
import { aStatus, aUid } from "../testing/mutations.ts";
import { makeApplyPipeline } from "./apply-pipeline.ts";
import { makeDeletePipeline } from "./delete-pipeline.ts";

const caller = { name: "ann", peer: "", traceparent: undefined };
const queue = `{apiVersion: troupe.dev/v1, kind: App, metadata: {name: queue}, spec: {version: "1", image: i:1, user: 1, needs: {source: {optional: true}}, roles: {server: {members: 1+}}}}`;
const requestId = "01930000-0000-4000-8000-00000000000";

/** A chain of three: a is needed by b, and b by c. */
const chain = "{a: {app: queue}, b: {app: queue, needs: {source: a}}, c: {app: queue, needs: {source: b}}}";

/** Control's use cases on a store that forgets. `trouble` is asked before each commit and after it: what it throws is what the caller gets. */
async function world(trouble: (when: "before" | "after", nth: number) => void | Promise<void> = () => undefined) {
  const real = memoryStore();
  let commits = 0;
  const store: Store = {
    ...real,
    commit: async (mutation) => {
      commits += 1;
      const nth = commits;
      await trouble("before", nth);
      const committed = await real.commit(mutation);
      await trouble("after", nth);
      return committed;
    },
  };
  const apps = new AppBook(store);
  const deps = { store, apps, newUid: aUid, nowMs: () => 0, log: silentLog };
  await makePublishApp({ ...deps, store: real })({ project: undefined, manifest: { text: queue, firstLine: 1, package: {} }, request: undefined, validateOnly: false }, caller);
  let seq = 0;
  const reportOf = async (key: string, status: Partial<Report["status"]>): Promise<Report | undefined> => {
    const cluster = await real.findCluster("p", `flow-${key}`);
    seq += 1;
    return cluster && { uid: cluster.uid, guard: { epoch: 1, seq }, status: { ...aStatus({ observedGeneration: cluster.generation }), ...status }, allMembers: false, members: [], record: undefined };
  };
  return {
    store: real,
    apply: (clusters: string, id?: string) => {
      const document = parseDocument(`{apiVersion: troupe.dev/v1, kind: Pipeline, metadata: {name: flow, namespace: p}, spec: {clusters: ${clusters}}}`);
      const request = id === undefined ? undefined : requestOnce("UpdatePipeline", id, { clusters });
      return makeApplyPipeline(deps)({ mode: "apply", wish: { pipeline: parsePipelineDocument(document), document }, etag: "", request, validateOnly: false, method: "UpdatePipeline" }, caller);
    },
    remove: (id?: string) => makeDeletePipeline(deps)({ project: "p", name: "flow", deleteVolumes: false, confirm: "", etag: "", allowMissing: true, request: id === undefined ? undefined : requestOnce("DeletePipeline", id, {}), validateOnly: false }, caller),
    scale: (key: string, members: number) => makeApplyCluster(deps)({ project: "p", name: `flow-${key}`, mode: "update", wish: scaledWish("server", members), etag: "", request: undefined, validateOnly: false, method: "ScaleCluster" }, caller),
    reportOf,
    take: (...reports: readonly (Report | undefined)[]) => recordStatuses(deps, "default", reports.flatMap((report) => report ?? [])),
    types: async () => (await real.eventsAfter("p", 0, 1000)).events.map(({ type, subject }) => `${type} ${subject.split("/").at(-1)}`),
  };
}

const away = () => new Failure("unavailable", "the answer was lost");

/** As callers do: the same again until it was answered. */
async function insisting<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== "unavailable") throw error;
    }
  }
}

async function throughItsLife({ apply, remove, reportOf, take, store }: Awaited<ReturnType<typeof world>>): Promise<void> {
  await insisting(() => apply(chain, `${requestId}1`));
  for (const key of ["a", "b", "c"]) {
    const report = await reportOf(key, { state: "ready", formed: true });
    await insisting(() => take(report));
  }
  await insisting(() => remove(`${requestId}2`));
  for (const key of ["c", "b", "a"]) {
    const report = await reportOf(key, { state: "deleting", gone: true });
    await insisting(() => take(report));
  }
  expect(await store.findPipeline("p", "flow")).toBeUndefined();
}

describe("a pipeline through its life", () => {
  test("happens the same whichever commit fails, or loses its answer", async () => {
    const calm = await world();
    await throughItsLife(calm);
    const expected = await calm.types();
    expect(expected).toContain("pipeline.deleted flow");
    for (const when of ["before", "after"] as const) {
      for (let nth = 1; nth <= 8; nth += 1) {
        let struck = false;
        const troubled = await world((at, commit) => {
          if (at !== when || commit !== nth || struck) return;
          struck = true;
          throw away();
        });
        await throughItsLife(troubled);
        expect(struck).toBe(true);
        expect(await troubled.types()).toEqual(expected);
      }
    }
  });
});

describe("decided on what is no longer so, it is decided again:", () => {
  /** Does something else between the reads of the next commit and the commit itself. */
  async function between(meanwhile: (of: Awaited<ReturnType<typeof world>>) => Promise<unknown>) {
    let isArmed = false;
    const it = await world(async (when) => {
      if (when !== "before" || !isArmed) return;
      isArmed = false;
      await meanwhile(it);
    });
    await it.apply(chain);
    return { ...it, arm: () => (isArmed = true) };
  }

  test("a report that comes while a deletion is decided is not lost, and the deletion happens", async () => {
    const it = await between(async ({ take, reportOf }) => take(await reportOf("a", { state: "ready", formed: true })));
    it.arm();
    await it.remove();
    const pipeline = await it.store.findPipeline("p", "flow");
    expect(pipeline).toMatchObject({ intent: { kind: "delete" }, status: { clusters: { a: { state: "ready" }, c: { state: "deleting" } } } });
  });

  test("a cluster is not changed on its own once its pipeline goes", async () => {
    const it = await between(async ({ remove }) => remove());
    it.arm();
    await expect(it.scale("a", 3)).rejects.toMatchObject({ kind: "conflict", reason: "PIPELINE_DELETING" });
  });

  test("a change on its own while the pipeline is applied is noted by whoever comes second", async () => {
    const it = await between(async ({ scale }) => scale("a", 3));
    it.arm();
    await it.apply(chain.replace("c: {app: queue", "d: {app: queue"));
    const pipeline = await it.store.findPipeline("p", "flow");
    expect((await it.store.findCluster("p", "flow-a"))?.spec.roles).toEqual({});
    expect(pipeline?.status.clusters["a"]).toMatchObject({ changed: false, current: false });
  });

  test("of two clusters that are gone at once one sees the other", async () => {
    const it = await world();
    await it.apply("{a: {app: queue}, b: {app: queue}}");
    await it.remove();
    const reports = [await it.reportOf("a", { state: "deleting", gone: true }), await it.reportOf("b", { state: "deleting", gone: true })];
    await Promise.all(reports.map((report) => it.take(report)));
    expect(await it.store.findPipeline("p", "flow")).toBeUndefined();
  });
});
