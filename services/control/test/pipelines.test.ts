import { randomUUID } from "node:crypto";
import { ClusterState, WatchKind } from "@troupe/proto/troupe/v1/cluster";
import { ClusterAction, GraphEdgeState, GraphNodeKind, type Pipeline, type PipelineChange } from "@troupe/proto/troupe/v1/pipeline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Neighbours, type Replica, startNeighbours, startReplica } from "./control.ts";
import { apply, clusterYaml, eventually, manifest, publish, remove, report, reportOf, take } from "./steps.ts";

let neighbours: Neighbours;
let replica: Replica;
beforeAll(async () => {
  neighbours = await startNeighbours();
  replica = await startReplica(neighbours);
  await publish(replica);
  await publish(replica, engineApp);
});
afterAll(async () => {
  await replica?.stop();
  await neighbours?.stop();
});

const engineApp = `
apiVersion: troupe.dev/v1
kind: App
metadata: {name: engine}
spec:
  version: "1.0"
  image: registry.example/engine:1.0
  user: 1000
  needs: {source: {app: queue}, sink: {app: queue, optional: true}}
  exports: {ui: "\${{ roles.worker.hosts('ui').join(',') }}"}
  env: {SOURCE: "\${{ needs.source.address }}"}
  roles: {worker: {members: 1+, ports: {ui: 8080}}}
`;

/** log → work → table, so that the order of needs is not that of names. */
const flow = "{clusters: {work: {app: engine, needs: {source: log, sink: table}}, log: {app: queue}, table: {app: queue, roles: {server: {members: 2}}}}}";

function pipelineYaml(project: string, spec = flow, metadata = ""): string {
  return `apiVersion: troupe.dev/v1\nkind: Pipeline\nmetadata: {name: clicks, namespace: ${project}${metadata}}\nspec: ${spec}\n`;
}

async function applyPipeline(text: string, change: Partial<Parameters<Replica["pipelines"]["update"]>[0]> = {}): Promise<PipelineChange> {
  return replica.pipelines.update({ name: "", source: { $case: "manifest", value: manifest(text) }, allowMissing: true, etag: "", requestId: "", validateOnly: false, ...change });
}

async function removePipeline(project: string, change: Partial<Parameters<Replica["pipelines"]["delete"]>[0]> = {}): Promise<PipelineChange> {
  return replica.pipelines.delete({ name: nameIn(project), volumes: 0, confirm: "", etag: "", requestId: "", validateOnly: false, allowMissing: false, ...change });
}

const nameIn = (project: string) => `projects/${project}/pipelines/clicks`;
const cluster = (project: string, key: string) => replica.clusters.get({ name: `projects/${project}/clusters/clicks-${key}` });
const pipeline = (project: string): Promise<Pipeline> => replica.pipelines.get({ name: nameIn(project) });
const eventsOf = async (project: string) => (await replica.events.list({ parent: `projects/${project}`, afterRevision: 0n, pageSize: 1000, subject: "", types: [], newestFirst: false })).events;
const typesOf = async (project: string, after = 0) => (await eventsOf(project)).slice(after).map(({ type, subject }) => `${type.slice("dev.troupe.".length, -".v1".length)} ${subject.split("/").at(-1)}`);
const states = ({ status }: Pipeline) => Object.fromEntries((status?.clusters ?? []).map(({ key, state }) => [key, state]));
const ready = async (project: string, key: string, exports = {}) => report(replica, reportOf(await cluster(project, key), { state: "ready", formed: true, exports, roles: [{ role: "server", wanted: 2, ready: 2, updated: 2 }] }));
const gone = async (project: string, key: string) => report(replica, reportOf(await cluster(project, key), { state: "deleting", gone: true }));
const deleteTimes = async (project: string) => Object.fromEntries((await replica.clusters.list({ parent: `projects/${project}`, pageSize: 0, pageToken: "", filter: "", orderBy: "" })).clusters.map(({ name, deleteTime }) => [name.split("-").at(-1), deleteTime !== undefined]));

describe("applying", () => {
  test("makes the pipeline and its clusters at once, in order of need, one event each", async () => {
    const { pipeline: made, plan, created } = await applyPipeline(pipelineYaml("made", flow, ", labels: {team: x}"));
    expect(created).toBe(true);
    expect(made).toMatchObject({ name: nameIn("made"), generation: 1n, revision: 1n, reconciling: true, labels: { team: "x" }, status: { state: ClusterState.CLUSTER_STATE_PENDING } });
    expect(plan?.clusters.map(({ key, action, plan: own }) => [key, action, own?.members.length])).toEqual([["log", 1, 1], ["table", 1, 2], ["work", 1, 1]]);
    expect(await typesOf("made")).toEqual(["pipeline.created clicks", "cluster.created clicks-log", "cluster.created clicks-table", "cluster.created clicks-work"]);
    expect(await cluster("made", "work")).toMatchObject({ pipeline: nameIn("made"), labels: { team: "x" }, spec: { needs: { source: { binding: { value: "clicks-log" } }, sink: { binding: { value: "clicks-table" } } } } });
    expect(await pipeline("made")).toEqual(made);
  });

  test("the same again changes nothing, and asking again with the same id gives the first answer", async () => {
    const requestId = randomUUID();
    const first = await applyPipeline(pipelineYaml("same"), { requestId });
    const count = (await eventsOf("same")).length;
    expect(await applyPipeline(pipelineYaml("same"))).toMatchObject({ created: false, plan: { unchanged: true, clusters: [] }, pipeline: { etag: first.pipeline?.etag } });
    expect(await applyPipeline(pipelineYaml("same"), { requestId })).toEqual(first);
    await expect(applyPipeline(pipelineYaml("same", "{clusters: {log: {app: queue}}}"), { requestId })).rejects.toMatchObject({ reason: "REQUEST_ID_REUSED" });
    expect(await eventsOf("same")).toHaveLength(count);
  });

  test("changes, makes and removes what differs, and only that", async () => {
    await applyPipeline(pipelineYaml("differs"));
    const before = (await eventsOf("differs")).length;
    const { plan, pipeline: changed } = await applyPipeline(pipelineYaml("differs", "{clusters: {work: {app: engine, needs: {source: log, sink: more}}, log: {app: queue}, more: {app: queue}}}"));
    expect(changed).toMatchObject({ generation: 2n });
    expect(plan?.clusters.map(({ key, action }) => [key, action])).toEqual([["more", ClusterAction.CLUSTER_ACTION_CREATE], ["work", ClusterAction.CLUSTER_ACTION_UPDATE], ["table", ClusterAction.CLUSTER_ACTION_DELETE]]);
    expect(await typesOf("differs", before)).toEqual(["pipeline.updated clicks", "cluster.created clicks-more", "cluster.updated clicks-work", "cluster.deleting clicks-table"]);
    await gone("differs", "table");
    expect(Object.keys(states(await pipeline("differs")))).toEqual(["log", "more", "work"]);
  });

  test("what leaves goes in the reverse of the order of needs too", async () => {
    await applyPipeline(pipelineYaml("leaves"));
    await applyPipeline(pipelineYaml("leaves", "{clusters: {table: {app: queue, roles: {server: {members: 2}}}}}"));
    expect(await deleteTimes("leaves")).toEqual({ work: true, log: false, table: false });
    await expect(apply(replica, clusterYaml("leaves", "clicks-log", "{app: queue, protect: true}"))).rejects.toMatchObject({ kind: "conflict", reason: "CLUSTER_DELETING" });
    await gone("leaves", "work");
    expect(await deleteTimes("leaves")).toEqual({ log: true, table: false });
    await gone("leaves", "log");
    expect(await deleteTimes("leaves")).toEqual({ table: false });
    expect(states(await pipeline("leaves"))).toEqual({ table: ClusterState.CLUSTER_STATE_PENDING });
  });

  test("only tried, it says what it would do and does nothing", async () => {
    const { plan, created } = await applyPipeline(pipelineYaml("tried"), { validateOnly: true });
    expect([created, plan?.clusters.length]).toEqual([true, 3]);
    await expect(pipeline("tried")).rejects.toMatchObject({ kind: "not_found", reason: "PIPELINE_NOT_FOUND" });
    expect(await eventsOf("tried")).toEqual([]);
  });

  test("a stale etag is refused, and so is creating what is there", async () => {
    const { pipeline: first } = await applyPipeline(pipelineYaml("stale"));
    await applyPipeline(pipelineYaml("stale", flow, ", labels: {a: b}"));
    await expect(applyPipeline(pipelineYaml("stale"), { etag: first?.etag ?? "" })).rejects.toMatchObject({ kind: "stale", reason: "ETAG_STALE" });
    await expect(replica.pipelines.create({ parent: "", pipelineId: "", source: { $case: "manifest", value: manifest(pipelineYaml("stale")) }, requestId: "", validateOnly: false })).rejects.toMatchObject({ kind: "already_exists", reason: "PIPELINE_EXISTS" });
    await expect(applyPipeline(pipelineYaml("nowhere"), { allowMissing: false })).rejects.toMatchObject({ reason: "PIPELINE_NOT_FOUND" });
  });

  test("from a typed message is the same as from a document", async () => {
    const spec = { app: "queue", placement: undefined, params: {}, needs: {}, roles: {}, paused: false, stopped: false, protect: false, adopt: "", labels: {} };
    await replica.pipelines.create({ parent: "projects/typed", pipelineId: "clicks", source: { $case: "pipeline", value: { labels: {}, annotations: {}, spec: { clusters: { log: spec } } } }, requestId: "", validateOnly: false });
    expect((await applyPipeline(pipelineYaml("typed", "{clusters: {log: {app: queue}}}"))).plan?.unchanged).toBe(true);
  });
});

describe("refused as a whole", () => {
  const refusal = (project: string, spec: string) => applyPipeline(pipelineYaml(project, spec)).then(() => undefined, (error: unknown) => error as { kind: string; reason: string; problems: readonly { path: string; reason: string; line?: number }[] });

  test("with every problem of every cluster, each at its place", async () => {
    const failure = await refusal("wrong", "\n  clusters:\n    log: {app: queue, params: {sise: 3}}\n    work: {app: engine, rolls: {}, roles: {server: {members: 1}}}\n    table: {app: nothing}");
    expect(failure?.kind).toBe("invalid");
    expect(failure?.problems.map(({ reason, path, line }) => [reason, path, line])).toEqual([
      ["PARAM_UNKNOWN", "spec.clusters.log.params.sise", 6],
      ["NEED_MISSING", "spec.clusters.work.needs.source", 7],
      ["FIELD_UNKNOWN", "spec.clusters.work.rolls", 7],
      ["ROLE_UNKNOWN", "spec.clusters.work.roles.server", 7],
      ["APP_NOT_FOUND", "spec.clusters.table.app", 8],
    ]);
    expect(await eventsOf("wrong")).toEqual([]);
  });

  test.each([
    ["clusters that need one another", "{clusters: {a: {app: queue, needs: {source: b}}, b: {app: queue, needs: {source: a}}}}", "NEEDS_CYCLE", "spec.clusters.a.needs.source"],
    ["a cluster that needs itself", "{clusters: {a: {app: queue, needs: {source: a}}}}", "NEEDS_CYCLE", "spec.clusters.a.needs.source"],
    ["a need that a sibling of another app cannot meet", "{clusters: {a: {app: engine, needs: {source: {address: x}}}, b: {app: engine, needs: {source: a}}}}", "NEED_OTHER_APP", "spec.clusters.b.needs.source"],
    ["an unknown target", "{clusters: {a: {app: queue, placement: {target: mars}}}}", "TARGET_UNKNOWN", "spec.clusters.a.placement.target"],
  ])("%s", async (_what, spec, reason, path) => {
    const failure = await refusal("odd", spec);
    expect(failure?.problems.map((problem) => [problem.reason, problem.path, problem.line])).toEqual([[reason, path, 4]]);
  });

  test("a cycle over a cluster outside", async () => {
    await apply(replica, clusterYaml("round", "other", "{app: queue, needs: {source: clicks-log}}"));
    expect(await refusal("round", "{clusters: {log: {app: queue, needs: {source: other}}}}")).toMatchObject({ kind: "conflict", reason: "NEEDS_CYCLE", problems: [{ path: "spec.clusters.log.needs.source", line: 4 }] });
  });

  test("a name that a cluster of nobody's pipeline has", async () => {
    await apply(replica, clusterYaml("foreign", "clicks-log"));
    expect(await refusal("foreign", flow)).toMatchObject({ kind: "already_exists", reason: "CLUSTER_EXISTS", problems: [{ path: "spec.clusters.log" }] });
  });

  test("names of objects that two of its clusters would make", async () => {
    await publish(replica, `{apiVersion: troupe.dev/v1, kind: App, metadata: {name: twofold}, spec: {version: "1", image: i:1, user: 1, roles: {all-b: {members: 1}, b-c: {members: 1}, c: {members: 1}}}}`);
    expect(await refusal("twice", "{clusters: {a: {app: twofold}, a-b: {app: twofold}}}")).toMatchObject({ kind: "already_exists", reason: "NAME_TAKEN", problems: [{ path: "spec.clusters.a-b" }] });
  });

  test("a change that a living cluster does not allow, and the others stay as they are", async () => {
    await applyPipeline(pipelineYaml("held"));
    const failure = await refusal("held", "{clusters: {work: {app: engine, needs: {source: log}}, log: {app: queue, placement: {namespace: other}}, table: {app: queue}}}");
    expect(failure).toMatchObject({ kind: "conflict", reason: "FIELD_IMMUTABLE", problems: [{ path: "spec.clusters.log.placement.namespace" }] });
    expect((await cluster("held", "table")).generation).toBe(1n);
  });

  test("a cluster that is taken out while something else needs it, or that is protected", async () => {
    await applyPipeline(pipelineYaml("needed", "{clusters: {log: {app: queue, protect: true}, table: {app: queue}, rest: {app: queue}}}"));
    await apply(replica, clusterYaml("needed", "outside", "{app: queue, needs: {source: clicks-table}}"));
    const failure = await refusal("needed", "{clusters: {rest: {app: queue}}}");
    expect(failure).toMatchObject({ kind: "conflict" });
    expect(failure?.problems.map(({ reason, path }) => [path, reason]).toSorted()).toEqual([["spec.clusters.log", "CLUSTER_PROTECTED"], ["spec.clusters.table", "CLUSTER_NEEDED"]]);
  });
});

describe("one status", () => {
  test("follows its clusters: ready when all are, and says which one keeps it from that", async () => {
    await applyPipeline(pipelineYaml("status"));
    await ready("status", "log");
    expect(await pipeline("status")).toMatchObject({ reconciling: true, status: { state: ClusterState.CLUSTER_STATE_DEPLOYING, message: expect.stringMatching(/^table: /) } });
    await ready("status", "table");
    await ready("status", "work");
    expect(await pipeline("status")).toMatchObject({ reconciling: false, status: { state: ClusterState.CLUSTER_STATE_READY, message: "" } });
    await report(replica, reportOf(await cluster("status", "table"), { state: "degraded", formed: true }));
    expect(await pipeline("status")).toMatchObject({ status: { state: ClusterState.CLUSTER_STATE_DEGRADED, message: expect.stringMatching(/^table: /) } });
    expect((await typesOf("status")).filter((type) => type.startsWith("pipeline"))).toEqual(["pipeline.created clicks", "pipeline.deploying clicks", "pipeline.status_changed clicks", "pipeline.ready clicks", "pipeline.degraded clicks"]);
  });

  test("changes in the transaction that takes a report in, also where several come at once", async () => {
    await applyPipeline(pipelineYaml("crowd"));
    const keys = ["log", "table", "work"];
    const reports = await Promise.all(keys.map(async (key) => reportOf(await cluster("crowd", key), { state: "ready", formed: true })));
    await Promise.all(reports.map((one) => report(replica, one)));
    expect((await pipeline("crowd")).status?.state).toBe(ClusterState.CLUSTER_STATE_READY);
    await report(replica, ...(await Promise.all(keys.map(async (key) => reportOf(await cluster("crowd", key), { state: "degraded", formed: true })))));
    expect((await typesOf("crowd")).slice(-4)).toEqual(["cluster.degraded clicks-log", "cluster.degraded clicks-table", "cluster.degraded clicks-work", "pipeline.degraded clicks"]);
  });

  test("shows a cluster that was changed on its own, and applying brings it back", async () => {
    await applyPipeline(pipelineYaml("own"));
    for (const key of ["log", "table", "work"]) await ready("own", key);
    await replica.clusters.scale({ name: "projects/own/clusters/clicks-table", role: "server", members: 5, etag: "", requestId: "", validateOnly: false });
    const changed = await pipeline("own");
    expect(changed).toMatchObject({ generation: 1n, reconciling: true });
    expect(changed.status?.clusters.map(({ key, changed: is }) => [key, is])).toEqual([["log", false], ["table", true], ["work", false]]);
    const { plan } = await applyPipeline(pipelineYaml("own"));
    expect(plan?.clusters).toMatchObject([{ key: "table", action: ClusterAction.CLUSTER_ACTION_UPDATE, plan: { fields: [{ path: "roles.server.members", before: "5", after: "2" }], notes: [expect.stringContaining("changed on its own")] } }]);
    expect((await pipeline("own")).status?.clusters.some(({ changed: is }) => is)).toBe(false);
    expect((await cluster("own", "table")).spec?.roles["server"]?.members).toBe(2);
  });

  test("shows a cluster that was deleted on its own, and applying makes it anew", async () => {
    await applyPipeline(pipelineYaml("lost"));
    await expect(remove(replica, "projects/lost/clusters/clicks-log")).rejects.toMatchObject({ reason: "CLUSTER_NEEDED" });
    const { uid } = await cluster("lost", "work");
    await remove(replica, "projects/lost/clusters/clicks-work");
    await expect(applyPipeline(pipelineYaml("lost"))).rejects.toMatchObject({ reason: "CLUSTER_DELETING", problems: [{ path: "spec.clusters.work" }] });
    await gone("lost", "work");
    expect((await pipeline("lost")).status).toMatchObject({ state: ClusterState.CLUSTER_STATE_DEGRADED, message: expect.stringMatching(/^work: .*apply/), clusters: [{}, {}, { key: "work", state: ClusterState.CLUSTER_STATE_UNSPECIFIED }] });
    await applyPipeline(pipelineYaml("lost"));
    expect((await cluster("lost", "work")).uid).not.toBe(uid);
    expect((await pipeline("lost")).status?.state).toBe(ClusterState.CLUSTER_STATE_PENDING);
  });
});

describe("deleting", () => {
  test("goes in the reverse of the order of needs, each once what needs it is gone, and ends with the last", async () => {
    await applyPipeline(pipelineYaml("ends"));
    const before = (await eventsOf("ends")).length;
    const { pipeline: going, plan } = await removePipeline("ends");
    expect(going).toMatchObject({ deleteTime: expect.any(String), status: { state: ClusterState.CLUSTER_STATE_DELETING } });
    expect(plan?.clusters.map(({ key, action }) => [key, action])).toEqual([["log", 3], ["table", 3], ["work", 3]]);
    expect(await deleteTimes("ends")).toEqual({ work: true, log: false, table: false });
    await expect(apply(replica, clusterYaml("ends", "clicks-log", "{app: queue, protect: true}"))).rejects.toMatchObject({ kind: "conflict", reason: "PIPELINE_DELETING" });
    await expect(applyPipeline(pipelineYaml("ends"))).rejects.toMatchObject({ reason: "PIPELINE_DELETING" });
    await gone("ends", "work");
    expect(await deleteTimes("ends")).toEqual({ log: true, table: true });
    await gone("ends", "log");
    expect(states(await pipeline("ends"))).toEqual({ table: ClusterState.CLUSTER_STATE_DELETING });
    await gone("ends", "table");
    await expect(pipeline("ends")).rejects.toMatchObject({ kind: "not_found" });
    expect(await typesOf("ends", before)).toEqual([
      "pipeline.deleting clicks", "cluster.deleting clicks-work",
      "cluster.deleted clicks-work", "cluster.deleting clicks-log", "cluster.deleting clicks-table", "pipeline.status_changed clicks",
      "cluster.deleted clicks-log", "pipeline.status_changed clicks",
      "cluster.deleted clicks-table", "pipeline.deleted clicks",
    ]);
    expect((await applyPipeline(pipelineYaml("ends"))).created).toBe(true);
  });

  test("of all at once, in one report, ends at once", async () => {
    await applyPipeline(pipelineYaml("once", "{clusters: {a: {app: queue}, b: {app: queue}}}"));
    await removePipeline("once");
    await report(replica, ...(await Promise.all(["a", "b"].map(async (key) => reportOf(await cluster("once", key), { state: "deleting", gone: true })))));
    await expect(pipeline("once")).rejects.toMatchObject({ kind: "not_found" });
  });

  test("of a provider and its consumer in one report tells nobody who is on the way out", async () => {
    await applyPipeline(pipelineYaml("batch"));
    await removePipeline("batch");
    await report(replica, reportOf(await cluster("batch", "work"), { state: "deleting", gone: true }), reportOf(await cluster("batch", "log"), { state: "ready", formed: true }));
    expect(await deleteTimes("batch")).toEqual({ log: true, table: true });
    const deleting = (await eventsOf("batch")).filter(({ type, subject }) => type === "dev.troupe.cluster.deleting.v1" && subject.endsWith("-log"));
    expect(deleting).toMatchObject([{ data: { cluster: { status: { observedGeneration: "1" } } } }]);
  });

  test("hands on that volumes go too, but only where the pipeline's name is repeated", async () => {
    await applyPipeline(pipelineYaml("volumes"));
    await expect(removePipeline("volumes", { volumes: 2 })).rejects.toMatchObject({ reason: "CONFIRM_MISSING" });
    await removePipeline("volumes", { volumes: 1 });
    await removePipeline("volumes", { volumes: 2, confirm: "clicks" });
    await gone("volumes", "work");
    const intents = (await eventsOf("volumes")).filter(({ type }) => type === "dev.troupe.cluster.deleting.v1").map(({ subject, data }) => [subject.split("-").at(-1), data?.["change"]]);
    expect(intents).toEqual([["work", { deleteVolumes: false }], ["work", { deleteVolumes: true }], ["log", { deleteVolumes: true }], ["table", { deleteVolumes: true }]]);
  });

  test("is refused while one of its clusters is protected, or needed from outside", async () => {
    await applyPipeline(pipelineYaml("keep", "{clusters: {log: {app: queue, protect: true}}}"));
    await expect(removePipeline("keep")).rejects.toMatchObject({ kind: "conflict", reason: "CLUSTER_PROTECTED" });
    await applyPipeline(pipelineYaml("keep", "{clusters: {log: {app: queue}}}"));
    await apply(replica, clusterYaml("keep", "outside", "{app: queue, needs: {source: clicks-log}}"));
    await expect(removePipeline("keep")).rejects.toMatchObject({ kind: "conflict", reason: "CLUSTER_NEEDED", facts: { consumers: "outside" } });
    expect((await pipeline("keep")).deleteTime).toBeUndefined();
  });

  test("of what is not there is an error, unless that is allowed; asked twice it is asked once", async () => {
    await expect(removePipeline("absent")).rejects.toMatchObject({ reason: "PIPELINE_NOT_FOUND" });
    expect(await removePipeline("absent", { allowMissing: true })).toMatchObject({ pipeline: undefined, plan: { unchanged: true } });
    await applyPipeline(pipelineYaml("absent"));
    await removePipeline("absent");
    expect((await removePipeline("absent")).plan?.unchanged).toBe(true);
  });

  test("of one whose clusters are all gone already ends at once", async () => {
    await applyPipeline(pipelineYaml("empty", "{clusters: {log: {app: queue}}}"));
    await remove(replica, "projects/empty/clusters/clicks-log");
    await gone("empty", "log");
    await removePipeline("empty");
    await expect(pipeline("empty")).rejects.toMatchObject({ kind: "not_found" });
    expect((await typesOf("empty")).at(-1)).toBe("pipeline.deleted clicks");
  });
});

describe("reading", () => {
  test("the graph has clusters in and out of the pipeline, literal values, and what waits for what", async () => {
    await apply(replica, clusterYaml("graph", "shared"));
    await applyPipeline(pipelineYaml("graph", "{clusters: {log: {app: queue, needs: {source: shared}}, work: {app: engine, needs: {source: log, sink: {address: x}}}}}"));
    const first = await replica.pipelines.getGraph({ name: nameIn("graph") });
    expect(first.nodes.map(({ id, kind, key, app }) => [id, kind, key, app])).toEqual([
      ["clicks-log", GraphNodeKind.GRAPH_NODE_KIND_MEMBER, "log", "queue@1.0+1"],
      ["clicks-work", GraphNodeKind.GRAPH_NODE_KIND_MEMBER, "work", "engine@1.0+1"],
      ["shared", GraphNodeKind.GRAPH_NODE_KIND_OUTSIDE, "", "queue@1.0+1"],
      ["clicks-work.sink", GraphNodeKind.GRAPH_NODE_KIND_LITERAL, "", ""],
    ]);
    expect(first.edges).toMatchObject([
      { from: "shared", to: "clicks-log", slot: "source", state: GraphEdgeState.GRAPH_EDGE_STATE_BOUND },
      { from: "clicks-work.sink", to: "clicks-work", slot: "sink", state: GraphEdgeState.GRAPH_EDGE_STATE_BOUND },
      { from: "clicks-log", to: "clicks-work", slot: "source", state: GraphEdgeState.GRAPH_EDGE_STATE_WAITING, message: expect.stringContaining("address") },
    ]);
    await ready("graph", "log", { address: "log:7000" });
    const then = await replica.pipelines.getGraph({ name: nameIn("graph") });
    expect(then.nodes[0]).toMatchObject({ state: ClusterState.CLUSTER_STATE_READY, ready: 2, wanted: 2 });
    expect(then.edges.every(({ state }) => state === GraphEdgeState.GRAPH_EDGE_STATE_BOUND)).toBe(true);
  });

  test("a list goes page by page, and a watch begins where it ends", async () => {
    for (const name of ["a", "b", "c"]) await applyPipeline(pipelineYaml("listed", "{clusters: {log: {app: queue}}}").replace("clicks", name));
    const page = await replica.pipelines.list({ parent: "projects/listed", pageSize: 2, pageToken: "" });
    const rest = await replica.pipelines.list({ parent: "projects/listed", pageSize: 2, pageToken: page.nextPageToken });
    expect([...page.pipelines, ...rest.pipelines].map(({ name }) => name.split("/").at(-1))).toEqual(["a", "b", "c"]);
    expect([page.revision, rest.nextPageToken]).toEqual([6n, ""]);
    const seen = take(replica.pipelines.watch({ scope: "projects/listed", start: { $case: "fromRevision", value: page.revision } }), 1);
    await applyPipeline(pipelineYaml("listed", "{clusters: {log: {app: queue}}}", ", labels: {x: z}").replace("clicks", "b"));
    expect(await seen).toMatchObject([{ kind: 1, revision: 7n, pipeline: { labels: { x: "z" } } }]);
    expect((await replica.pipelines.list({ parent: "projects/-", pageSize: 1, pageToken: "" })).pipelines).toHaveLength(1);
  });

  test("a watch shows what is there, then what changes, to the end", async () => {
    await applyPipeline(pipelineYaml("watched", "{clusters: {log: {app: queue}}}"));
    const seen: (readonly [kind: number, state: number | undefined])[] = [];
    const watching = (async () => {
      for await (const { kind, pipeline: shown } of replica.pipelines.watch({ scope: nameIn("watched"), start: { $case: "sendInitial", value: true } })) {
        seen.push([kind, shown?.status?.state]);
        if (kind === WatchKind.WATCH_KIND_DELETE) break;
      }
    })();
    await eventually("the watch has shown what is there", async () => seen.length === 2);
    await ready("watched", "log");
    await eventually("the watch has shown that it is ready", async () => seen.length === 3);
    await removePipeline("watched");
    await gone("watched", "log");
    await watching;
    const { WATCH_KIND_UPSERT: upsert, WATCH_KIND_BOOKMARK: bookmark, WATCH_KIND_DELETE: deleted } = WatchKind;
    expect(seen.slice(0, 3)).toEqual([[upsert, ClusterState.CLUSTER_STATE_PENDING], [bookmark, undefined], [upsert, ClusterState.CLUSTER_STATE_READY]]);
    expect(seen.at(-1)).toEqual([deleted, ClusterState.CLUSTER_STATE_DELETING]);
  });

  test("waiting ends when it is ready, or gone", async () => {
    await applyPipeline(pipelineYaml("awaited", "{clusters: {log: {app: queue}}}"));
    const wait = (until: 1 | 2, seconds = 20) => replica.pipelines.wait({ name: nameIn("awaited"), until, timeout: { seconds: BigInt(seconds), nanos: 0 }, generation: 0n });
    expect(await wait(1, 0)).toMatchObject({ done: false });
    const waiting = wait(1);
    await ready("awaited", "log");
    expect(await waiting).toMatchObject({ done: true, pipeline: { status: { state: ClusterState.CLUSTER_STATE_READY } } });
    await removePipeline("awaited");
    const ending = wait(2);
    await gone("awaited", "log");
    expect(await ending).toMatchObject({ done: true, pipeline: undefined });
    await expect(wait(1)).rejects.toMatchObject({ reason: "PIPELINE_NOT_FOUND" });
  });

  test("validating says what is wrong beside Apps of the same text", async () => {
    const { problems } = await replica.apps.validate({ manifest: manifest(`${engineApp.replaceAll("engine", "motor")}---\n${pipelineYaml("v", "{clusters: {a: {app: motor, needs: {source: {address: x}}}, b: {app: motor, roles: {worker: {members: 0}}}}}")}`) });
    expect(problems.map(({ path, reason }) => [path, reason])).toEqual([["spec.clusters.b.needs.source", "NEED_MISSING"], ["spec.clusters.b.roles.worker.members", "MEMBERS_ILLEGAL"]]);
  });
});
