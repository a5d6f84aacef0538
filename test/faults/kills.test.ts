import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../world/eventually.ts";
import { list, names } from "../world/kube.ts";
import { apply, manifestOf, ready } from "../world/steps.ts";
import { startWorld, type World } from "../world/world.ts";

/**
 * Twenty clusters are created while something is killed half-way through. Whatever dies: each request is repeated with its
 * own id until it is answered, all clusters converge, nothing answered is lost, nothing is made twice.
 */
let world: World;
beforeAll(async () => {
  world = await startWorld({ reconcilers: 2 });
  await world.apps.publish({ parent: "", requestId: "", validateOnly: false, manifest: manifestOf(app) });
});
afterAll(() => world?.stop());

const app = `
apiVersion: troupe.dev/v1
kind: App
metadata: {name: pair}
spec:
  version: "1"
  image: registry.example/pair:1
  user: 1000
  secrets: {token: {generate: hex, bytes: 16}}
  env: {TOKEN: "\${{ secrets.token }}"}
  volumes: {data: {path: /data, size: 1Gi}}
  roles: {first: {members: 2}, second: {members: 1, after: [first]}}
`;

const faults: readonly (readonly [what: string, project: string, strike: (world: World) => Promise<void>])[] = [
  ["kill -9 of control", "no-control", async ({ controls: [control] }) => {
    await control?.kill();
    await control?.start();
  }],
  ["kill -9 of the gateway", "no-gateway", async ({ gateway }) => {
    await gateway.kill();
    await gateway.start();
  }],
  ["kill -9 of one of two reconcilers, which does not come back", "one-reconciler", async ({ reconcilers: [reconciler] }) => reconciler?.kill()],
  ["kill -9 of every reconciler", "no-reconciler", async ({ reconcilers }) => {
    await Promise.all(reconcilers.map((reconciler) => reconciler.kill()));
    await Promise.all(reconcilers.map((reconciler) => reconciler.start()));
  }],
  ["NATS killed and all its data wiped", "no-nats", async ({ nats }) => nats.wipe()],
  ["PostgreSQL killed and started again", "no-postgres", async ({ postgres }) => {
    await postgres.kill();
    await postgres.start();
  }],
  ["the API server killed and started again", "no-apiserver", async ({ kubernetes }) => {
    await kubernetes.parts.apiServer.kill();
    await kubernetes.parts.apiServer.start();
  }],
];

describe.each(faults)("%s, in the middle of creating 20 clusters", (_what, project, strike) => {
  test("all converge, nothing answered is lost, nothing is made twice", async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `c${index}`);
    const created = ids.map((id) => createUntilAnswered(project, id));
    await Promise.race(created.slice(4)); // some are answered, most are under way
    await strike(world);
    const revisions = await Promise.all(created);
    for (const id of ids) await ready(world, `projects/${project}/clusters/${id}`, 150);

    expect(names(await list(world, "pods", project))).toEqual(ids.flatMap((id) => [`${id}-first-0`, `${id}-first-1`, `${id}-second-0`]).sort());
    expect(names(await list(world, "persistentvolumeclaims", project))).toHaveLength(60);
    expect(await list(world, "secrets", project)).toHaveLength(20);

    const { events } = await world.events.list({ parent: `projects/${project}`, afterRevision: 0n, pageSize: 1000, subject: "", types: [], newestFirst: false });
    expect(events.map(({ revision }) => revision)).toEqual(events.map((_, index) => BigInt(index + 1)));
    expect(events.filter(({ type }) => type === "dev.troupe.cluster.created.v1").map(({ subject }) => subject).sort()).toEqual(ids.map((id) => `projects/${project}/clusters/${id}`).sort());
    const known = new Set(events.map(({ revision }) => revision));
    expect(revisions.filter((revision) => !known.has(revision))).toEqual([]);
  }, 300_000);
});

describe("after all of it", () => {
  test("the stream of events is whole again", async () => {
    const { connect } = await import("nats");
    const { events } = await world.events.list({ parent: "projects/no-nats", afterRevision: 0n, pageSize: 1000, subject: "", types: [], newestFirst: false });
    const connection = await connect({ servers: world.nats.url });
    try {
      const streams = await connection.jetstreamManager();
      const subjects = await eventually("every event of the project is in the stream", async () => {
        const info = await streams.streams.info("TROUPE_EVENTS", { subjects_filter: "troupe.v1.events.no-nats.>" });
        const count = Object.values(info.state.subjects ?? {}).reduce((sum, messages) => sum + messages, 0);
        return count >= events.length ? count : undefined;
      });
      expect(subjects).toBe(events.length);
    } finally {
      await connection.close();
    }
  });

  test("the surviving reconciler's clusters were taken over, and a second apply changes nothing", async () => {
    const change = await apply(world, cluster("one-reconciler", "c0"));
    expect(change.plan?.unchanged).toBe(true);
  });
});

function cluster(project: string, id: string): string {
  return `{apiVersion: troupe.dev/v1, kind: Cluster, metadata: {name: ${id}, namespace: ${project}}, spec: {app: pair}}`;
}

/** As a careful client does: the same request id until there is an answer. Resolves with the revision of the creation. */
async function createUntilAnswered(project: string, id: string): Promise<bigint> {
  const requestId = crypto.randomUUID();
  const manifest = manifestOf(cluster(project, id));
  return eventually(`${id} is created`, async () => {
    const { cluster: created } = await world.clusters.create({ parent: "", clusterId: "", source: { $case: "manifest", value: manifest }, requestId, validateOnly: false });
    return created?.revision;
  }, 120_000);
}
