import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClusterState } from "@troupe/proto/troupe/v1/cluster";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { envOf, get, list, names } from "./world/kube.ts";
import { ready } from "./world/steps.ts";
import { startWorld, type World } from "./world/world.ts";

/** Three clusters as one: made in the order of their needs, wired by exports, with one status and one graph, deleted in reverse. */

const root = join(import.meta.dirname, "..");
const name = "projects/flow/pipelines/clicks";

const apps = `
apiVersion: troupe.dev/v1
kind: App
metadata: {name: queue}
spec:
  version: "1.0"
  image: registry.example/queue:1.0
  user: 1000
  exports: {address: "\${{ roles.broker.hosts('main').join(',') }}"}
  roles: {broker: {members: 1+, ports: {main: 7000}, volumes: {data: {path: /data, size: 1Gi}}}}
---
apiVersion: troupe.dev/v1
kind: App
metadata: {name: engine}
spec:
  version: "1.0"
  image: registry.example/engine:1.0
  user: 1000
  needs: {source: {app: queue}}
  env: {SOURCE: "\${{ needs.source.address }}"}
  exports: {master: "\${{ roles.worker.hosts('rpc').join(',') }}"}
  roles: {worker: {members: 1+, ports: {rpc: 7077}}}
---
apiVersion: troupe.dev/v1
kind: App
metadata: {name: table}
spec:
  version: "1.0"
  image: registry.example/table:1.0
  user: 1000
  needs: {filler: {app: engine}}
  env: {FILLER: "\${{ needs.filler.master }}"}
  roles: {node: {members: 1+, ports: {sql: 9042}, volumes: {data: {path: /data, size: 1Gi}}}}
`;

/** Last by its needs is first by its name. */
const pipeline = (brokers: number) => `
apiVersion: troupe.dev/v1
kind: Pipeline
metadata: {name: clicks, namespace: flow}
spec:
  clusters:
    answers: {app: table, needs: {filler: compute}}
    compute: {app: engine, needs: {source: log}}
    log: {app: queue, roles: {broker: {members: ${brokers}}}}
`;

let world: World;
let folder: string;
beforeAll(async () => {
  world = await startWorld();
  folder = await mkdtemp(join(tmpdir(), "troupe-pipelines-"));
});
afterAll(async () => {
  await world?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function troupe(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  return new Promise((resolve) => {
    const node = join(root, "node_modules/.bin/node");
    execFile(node, [join(root, "packages/cli/bin/troupe.mjs"), "-n", "flow", ...args], { env: { PATH: process.env["PATH"], TROUPE_ADDRESS: world.grpcAddress } }, (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }));
  });
}

async function file(text: string): Promise<string> {
  const path = join(folder, "clicks.yaml");
  await writeFile(path, text);
  return path;
}

async function graphql(query: string, variables: object = {}): Promise<Record<string, unknown>> {
  const answer = await fetch(`${world.httpUrl}/graphql`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ query, variables }) });
  return (await answer.json()) as Record<string, unknown>;
}

/** Short names of the clusters that something happened to, in order. */
async function told(type: string, after = 0n): Promise<readonly string[]> {
  const { events } = await world.events.list({ parent: "projects/flow", afterRevision: after, pageSize: 1000, subject: "", types: [type], newestFirst: false });
  return events.map(({ subject }) => subject.split("/").at(-1) ?? "");
}

describe("a pipeline of three", () => {
  test("is applied with its Apps from one file, started in the order of needs, and becomes ready as one", async () => {
    const ran = await troupe("apply", "-f", await file(`${apps}---${pipeline(3)}`), "--wait", "--timeout", "2m");
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining("pipeline/clicks created (log, compute, answers)\n") });
    expect(ran.err).toContain("cluster/clicks-log Ready 3/3");
    // A cluster says where it is as soon as that is known, so one that is smaller may be ready before what it needs.
    const started = await Promise.all(["clicks-log-broker-0", "clicks-compute-worker-0", "clicks-answers-node-0"].map(async (pod) => String((await get(world, "pods", "flow", pod))?.metadata?.creationTimestamp)));
    expect(started.toSorted()).toEqual(started);
    expect((await told("cluster.ready")).toSorted()).toEqual(["clicks-answers", "clicks-compute", "clicks-log"]);
    expect(await told("cluster.created")).toEqual(["clicks-log", "clicks-compute", "clicks-answers"]);
    const { status, reconciling } = await world.pipelines.get({ name });
    expect([status?.state, reconciling]).toEqual([ClusterState.CLUSTER_STATE_READY, false]);
    expect((await told("pipeline.ready")).length).toBe(1);
  });

  test("is wired by what its clusters export", async () => {
    const hosts = [0, 1, 2].map((index) => `clicks-log-broker-${index}.clicks-log-all.flow.svc.cluster.local:7000`).join(",");
    expect(envOf(await get(world, "pods", "flow", "clicks-compute-worker-0"), "SOURCE")).toBe(hosts);
    expect(envOf(await get(world, "pods", "flow", "clicks-answers-node-0"), "FILLER")).toBe("clicks-compute-worker-0.clicks-compute-all.flow.svc.cluster.local:7077");
  });

  test("is shown as a table, a document, a graph in text, and a graph over GraphQL", async () => {
    expect((await troupe("get", "pipelines")).out).toMatch(/^NAME\s+STATE\s+CLUSTERS\s+AGE\nclicks\s+Ready\s+3\/3\s+\d+s\n$/);
    expect((await troupe("get", "pipeline", "clicks", "-o", "yaml")).out).toContain("kind: Pipeline");
    const described = (await troupe("describe", "pipeline", "clicks")).out;
    expect(described).toMatch(/● log\s+Ready 3\/3\s+queue@1\.0\+1\n\s+● compute\s+Ready 1\/1\s+engine@1\.0\+1\n\s+└─ source ← log {2}bound\n/);
    const answer = await graphql(`{ pipeline(name: "${name}") { status { state message } yaml graph { nodes { key kind ready wanted cluster { app } } edges { from to slot state } } } pipelines(project: "flow") { totalCount nodes { shortName } } }`);
    expect(answer).toMatchObject({
      data: {
        pipeline: {
          status: { state: "READY", message: "" },
          graph: {
            nodes: [{ key: "log", kind: "MEMBER", ready: 3, wanted: 3, cluster: { app: "queue@1.0+1" } }, { key: "compute" }, { key: "answers" }],
            edges: [{ from: "clicks-log", to: "clicks-compute", slot: "source", state: "BOUND" }, { from: "clicks-compute", to: "clicks-answers", slot: "filler", state: "BOUND" }],
          },
        },
        pipelines: { totalCount: 1, nodes: [{ shortName: "clicks" }] },
      },
    });
  });

  test("a cluster of it that is changed on its own is allowed, and shown, and brought back by applying", async () => {
    expect((await troupe("scale", "cluster", "clicks-log", "broker=4", "--wait")).code).toBe(0);
    expect((await world.pipelines.get({ name })).status?.clusters.find(({ key }) => key === "log")).toMatchObject({ changed: true, state: ClusterState.CLUSTER_STATE_READY });
    expect((await troupe("describe", "pipeline", "clicks")).out).toMatch(/changed on its own/);
    const path = await file(pipeline(3));
    const differs = await troupe("diff", "-f", path);
    expect(differs).toMatchObject({ code: 1, out: expect.stringMatching(/- roles\.broker\.members: 4\n\+ roles\.broker\.members: 3/) });
    expect((await troupe("apply", "-f", path, "--wait")).out).toBe("pipeline/clicks configured (log: roles.broker.members 4 → 3)\n");
    expect(await troupe("apply", "-f", path)).toMatchObject({ code: 0, out: "pipeline/clicks unchanged\n" });
    await ready(world, "projects/flow/clusters/clicks-log");
    expect((await world.pipelines.get({ name })).status?.clusters.some(({ changed }) => changed)).toBe(false);
  });

  test("with mistakes is refused with all of them, each at its place, by every door", async () => {
    const wrong = pipeline(3).replace("{source: log}", "{sauce: answers}").replace("members: 3", "members: 0");
    const ran = await troupe("validate", "-f", await file(wrong));
    expect(ran).toMatchObject({ code: 1, err: expect.stringMatching(/clicks\.yaml:8:.*[\s\S]*clicks\.yaml:9:/) });
    const query = "mutation ($text: String!) { applyPipeline(input: {manifest: {text: $text}}) { pipeline { name } userErrors { path line reason } } }";
    expect(await graphql(query, { text: wrong })).toMatchObject({ data: { applyPipeline: { pipeline: null, userErrors: expect.arrayContaining([{ path: "spec.clusters.compute.needs.sauce", line: 8, reason: "NEED_UNKNOWN" }, { path: "spec.clusters.log.roles.broker.members", line: 9, reason: "MEMBERS_ILLEGAL" }]) } } });
    const cycle = pipeline(3).replace("app: queue,", "app: queue, needs: {x: answers},");
    expect(await graphql(query, { text: cycle })).toMatchObject({ data: { applyPipeline: { userErrors: expect.arrayContaining([expect.objectContaining({ reason: "NEEDS_CYCLE" })]) } } });
  });

  test("is deleted in the reverse of that order, and keeps its volumes", async () => {
    const { revision } = await world.pipelines.get({ name });
    const ran = await troupe("delete", "pipeline", "clicks", "--wait", "--timeout", "2m");
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining("pipeline/clicks is being deleted") });
    expect(await told("cluster.deleting", revision)).toEqual(["clicks-answers", "clicks-compute", "clicks-log"]);
    expect(await told("cluster.deleted", revision)).toEqual(["clicks-answers", "clicks-compute", "clicks-log"]);
    await expect(world.pipelines.get({ name })).rejects.toMatchObject({ kind: "not_found", reason: "PIPELINE_NOT_FOUND" });
    expect(await list(world, "pods", "flow")).toEqual([]);
    expect(names(await list(world, "persistentvolumeclaims", "flow"))).toContain("clicks-log-broker-2-data-1");
    expect((await troupe("wait", "pipeline/clicks", "--for", "deleted")).code).toBe(0);
  });
});
