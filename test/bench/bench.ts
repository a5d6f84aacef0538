import { cpus } from "node:os";
import { eventually } from "../world/eventually.ts";
import { manifestOf, ready } from "../world/steps.ts";
import { startWorld, type World } from "../world/world.ts";
import { cpuSeconds, median, percentile } from "./cpu.ts";
import { timeOfRender } from "./language.ts";
import { agentOf, rawScript, watchPods } from "./raw-script.ts";
import { seedClusters } from "./seed.ts";

/** `npm run bench`: prints a table of figures, asserts nothing. What each row means: docs/performance.md. */

const app = `
apiVersion: troupe.dev/v1
kind: App
metadata: {name: bench}
spec:
  version: "1"
  image: registry.example/bench:1
  user: 1000
  volumes: {data: {path: /data, size: 1Gi}}
  roles: {a: {members: 3}, b: {members: 3}, c: {members: 3}}
`;
const clusters = 100;

const world = await startWorld({ uncounted: true });
try {
  await world.apps.publish({ parent: "", requestId: "", validateOnly: false, manifest: manifestOf(app) });
  console.log(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.versions.node}\n\n| what | figure |\n|---|---|`);
  benchLanguage();
  await create("bench", "sample");
  await ready(world, "projects/bench/clusters/sample");
  await benchCreation(world);
  await benchLatency(world);
  await benchNotice(world);
  await benchLists(world);
} finally {
  await world.stop();
}

/** Before anything else runs. */
function benchLanguage(): void {
  for (const members of [100, 1000]) {
    const { objects, firstMs, ms } = timeOfRender(members, members > 500 ? 15 : 100);
    row(`text to objects: parse, check, plan and render ${members} members`, `${ms.toFixed(1)} ms for ${objects} objects, and ${firstMs.toFixed(0)} ms the first time`);
  }
}

async function create(project: string, name: string): Promise<void> {
  const text = `{apiVersion: troupe.dev/v1, kind: Cluster, metadata: {name: ${name}, namespace: ${project}}, spec: {app: bench}}`;
  await world.clusters.create({ parent: "", clusterId: "", source: { $case: "manifest", value: manifestOf(text) }, requestId: "", validateOnly: false });
}

/** The same objects twice on the same server: by a script that does nothing else, and by the product. */
async function benchCreation({ kubernetes, controls, gateway, reconcilers }: World): Promise<void> {
  const script = rawScript(kubernetes);
  await kubernetes.kubectl("create", "namespace", "raw");
  const template = await script.templateOf("bench", "sample");
  const rawMs = await timed(() => script.createCopies(template, "sample", "raw", clusters));
  const processes = { control: controls[0]?.pid, gateway: gateway.pid, reconciler: reconcilers[0]?.pid };
  const before = Object.entries(processes).map(([name, pid]) => [name, cpuSeconds(pid)] as const);
  const productMs = await timed(async () => {
    const names = Array.from({ length: clusters }, (_, index) => `c${index}`);
    const watching = allReady("projects/creation", new Set(names.map((name) => `projects/creation/clusters/${name}`)));
    for (const name of names) await create("creation", name);
    await watching;
  });
  const cpu = before.map(([name, seconds]) => `${name} ${(cpuSeconds(processes[name as "control"]) - seconds).toFixed(1)} s`).join(", ");
  row(`${clusters} clusters of 3 × 3 members to Ready, raw script`, `${perSecond(rawMs)} clusters/s`);
  row(`the same by Troupe`, `${perSecond(productMs)} clusters/s, ${Math.round((rawMs / productMs) * 100)} % of the script`);
  row("CPU for it", cpu);
}

function perSecond(ms: number): string {
  return ((clusters * 1000) / ms).toFixed(1);
}

async function allReady(scope: string, waiting: Set<string>): Promise<void> {
  for await (const { cluster } of world.clusters.watch({ scope, filter: "", start: { $case: "fromRevision", value: 0n } })) {
    if (cluster?.status?.state === 3) waiting.delete(cluster.name);
    if (waiting.size === 0) return;
  }
}

/** One cluster at a time, from the request to Ready as the caller hears it. */
async function benchLatency(_world: World): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    times.push(
      await timed(async () => {
        await create("latency", `c${round}`);
        await ready(world, `projects/latency/clusters/c${round}`);
      }),
    );
  }
  row("one cluster of 3 × 3, request to Ready", `median ${Math.round(median(times))} ms, 95 % ${Math.round(percentile(times, 0.95))} ms`);
}

/**
 * A pod is deleted and comes back: from its being Ready on a watch of our own at the API server to the event at a subscriber,
 * which is the way through watch, pass, report, commit and watch.
 */
async function benchNotice({ kubernetes, events }: World): Promise<void> {
  const stop = new AbortController();
  const readyAt: number[] = [];
  const heardAt: number[] = [];
  const [pods, heard] = [untilAborted(stop.signal, seenReady(kubernetes, "sample-a-0", readyAt, stop.signal)), untilAborted(stop.signal, heardReady(events, heardAt, stop.signal))];
  for (let round = 0; round < 40; round += 1) {
    await kubernetes.request("DELETE", "/api/v1/namespaces/bench/pods/sample-a-0");
    await eventually("the pod is back, and was heard of", async () => readyAt.length > round && heardAt.length > round);
  }
  stop.abort();
  await Promise.all([pods, heard]);
  const times = heardAt.map((at, round) => Math.max(0, at - (readyAt[round] ?? at)));
  row("pod Ready on a watch of the API server → event at a gRPC subscriber", `median ${median(times).toFixed(1)} ms, 95 % ${percentile(times, 0.95).toFixed(1)} ms`);
}

async function seenReady(kubernetes: World["kubernetes"], name: string, at: number[], signal: AbortSignal): Promise<void> {
  const uids = new Set<string>();
  for await (const pod of watchPods(kubernetes, agentOf(kubernetes), "bench", signal)) {
    if (pod.name !== name || !pod.ready || uids.has(pod.uid)) continue;
    uids.add(pod.uid);
    // The last states of the pod that was deleted are Ready too.
    if (uids.size > 1) at.push(performance.now());
  }
}

async function heardReady(events: World["events"], at: number[], signal: AbortSignal): Promise<void> {
  const watch = events.watch({ scope: "projects/bench/clusters/sample", types: ["dev.troupe.cluster.ready.v1"], start: { $case: "fromNow", value: true } }, { signal });
  for await (const { event } of watch) if (event) at.push(performance.now());
}

/** A watch ends by being aborted, and that is no error. */
async function untilAborted(signal: AbortSignal, watching: Promise<void>): Promise<void> {
  try {
    await watching;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** A page of 100 with 1,000 and with 100,000 clusters stored. */
async function benchLists({ postgres }: World): Promise<void> {
  const page = async (): Promise<number> => {
    const times: number[] = [];
    for (let round = 0; round < 60; round += 1) times.push(await timed(() => world.clusters.list({ parent: "projects/many", pageSize: 100, pageToken: "", filter: "", orderBy: "" })));
    return median(times.slice(10));
  };
  await seedClusters(postgres.url, "many", 0, 1_000);
  const few = await page();
  await seedClusters(postgres.url, "many", 1_000, 100_000);
  const many = await page();
  row("list of 100 clusters, 1,000 stored", `median ${few.toFixed(1)} ms`);
  row("the same, 100,000 stored", `median ${many.toFixed(1)} ms, ${(many / few).toFixed(2)} times`);
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await act();
  return performance.now() - startedMs;
}

function row(what: string, figure: string): void {
  console.log(`| ${what} | ${figure} |`);
}
