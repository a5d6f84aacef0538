import { createClient } from "graphql-ws";
import { AckPolicy, connect, DeliverPolicy, type NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { eventually } from "./world/eventually.ts";
import { apply, deleted, publishCatalogue, ready, remove, scale } from "./world/steps.ts";
import { startWorld, type World } from "./world/world.ts";

/** The log as one of its readers sees it: revision and type, in the order of arrival. */
type Seen = readonly [revision: number, type: string];

const project = "stream";
const name = `projects/${project}/clusters/coord`;
const yaml = `{apiVersion: troupe.dev/v1, kind: Cluster, metadata: {name: coord, namespace: ${project}}, spec: {app: spark, roles: {worker: {members: 2}}}}`;

let world: World;
let nats: NatsConnection;
beforeAll(async () => {
  world = await startWorld();
  nats = await connect({ servers: world.nats.url });
  await publishCatalogue(world);
});
afterAll(async () => {
  await nats?.close();
  await world?.stop();
});

/** The log by the API, which is what the others must equal. */
async function log(): Promise<readonly Seen[]> {
  const { events } = await world.events.list({ parent: `projects/${project}`, afterRevision: 0n, pageSize: 1000, subject: "", types: [], newestFirst: false });
  return events.map(({ revision, type }) => [Number(revision), type]);
}

async function byNats(): Promise<readonly Seen[]> {
  const manager = await nats.jetstreamManager();
  const { config, num_pending: pending } = await manager.consumers
    .add("TROUPE_EVENTS", { ack_policy: AckPolicy.None, deliver_policy: DeliverPolicy.All, filter_subject: `troupe.v1.events.${project}.>` })
    .then(async (info) => ({ ...info, config: info.name }));
  const consumer = await nats.jetstream().consumers.get("TROUPE_EVENTS", config);
  const seen: Seen[] = [];
  const messages = await consumer.fetch({ max_messages: Math.max(1, pending), expires: 2_000 });
  for await (const { headers } of messages) {
    expect(headers?.get("ce-id")).toBe(`${project}/${Number(headers?.get("ce-sequence"))}`);
    seen.push([Number(headers?.get("ce-sequence")), headers?.get("ce-type") ?? ""]);
  }
  await manager.consumers.delete("TROUPE_EVENTS", config);
  return seen;
}

/** Watches until as many events were seen, dropping the connection after each few and going on where it was. */
async function byGrpc(until: number, atOnce: number): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  while (seen.length < until) {
    let inOne = 0;
    for await (const { event } of world.events.watch({ scope: `projects/${project}`, types: [], start: { $case: "afterRevision", value: BigInt(seen.at(-1)?.[0] ?? 0) } })) {
      if (!event) continue;
      seen.push([Number(event.revision), event.type]);
      inOne += 1;
      if (inOne === atOnce || seen.length === until) break;
    }
  }
  return seen;
}

async function heardUntilReady(after: number): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  for await (const { event } of world.events.watch({ scope: `projects/${project}`, types: [], start: { $case: "afterRevision", value: BigInt(after) } })) {
    if (!event) continue;
    seen.push([Number(event.revision), event.type]);
    if (event.type === "dev.troupe.cluster.ready.v1") break;
  }
  return seen;
}

async function byGraphQL(until: number, atOnce: number): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  while (seen.length < until) {
    const client = createClient({ url: `${world.httpUrl.replace("http", "ws")}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 });
    const query = `subscription ($after: Int64) { events(scope: "projects/${project}", after: $after) { __typename ... on EventSeen { revision event { type } } } }`;
    let inOne = 0;
    for await (const { data } of client.iterate<{ events: { __typename: string; revision: string; event: { type: string } } }>({ query, variables: { after: String(seen.at(-1)?.[0] ?? 0) } })) {
      if (data?.events.__typename !== "EventSeen") continue;
      seen.push([Number(data.events.revision), data.events.event.type]);
      inOne += 1;
      if (inOne === atOnce || seen.length === until) break;
    }
    await client.dispose();
  }
  return seen;
}

describe("what happens to a cluster", () => {
  test("is told in one order without a hole", async () => {
    await apply(world, yaml);
    await ready(world, name);
    await scale(world, name, "worker", 3);
    await ready(world, name);
    await remove(world, name);
    await deleted(world, name);
    const seen = await log();
    expect(seen.map(([revision]) => revision)).toEqual(seen.map((_, index) => index + 1));
    const types = seen.map(([, type]) => type.replace("dev.troupe.cluster.", "").replace(".v1", ""));
    expect(types[0]).toBe("created");
    expect(types.at(-1)).toBe("deleted");
    expect(types.filter((type) => ["created", "ready", "updated", "deleting", "deleted"].includes(type))).toEqual(["created", "ready", "updated", "ready", "deleting", "deleted"]);
  });

  test("is the same by NATS, by a gRPC watch and by a GraphQL subscription, over disconnects", async () => {
    const wanted = await log();
    expect(await eventually("the relay has sent all of it", async () => ((await byNats()).length >= wanted.length ? byNats() : undefined))).toEqual(wanted);
    expect(await byGrpc(wanted.length, 3)).toEqual(wanted);
    expect(await byGraphQL(wanted.length, 4)).toEqual(wanted);
  });

  test("is heard live by a watch that was open before it happened", async () => {
    const before = (await log()).length;
    const watching = heardUntilReady(before);
    await apply(world, yaml);
    const heard = await watching;
    expect(heard[0]?.[1]).toBe("dev.troupe.cluster.created.v1");
    expect(heard).toEqual((await log()).slice(before, before + heard.length));
  });

  test("a watch of clusters begins with what there is, ends a deletion with the last state, and resumes exactly", async () => {
    const scope = `projects/${project}`;
    let cursor = 0n;
    for await (const { kind, revision, cluster } of world.clusters.watch({ scope, filter: "", start: { $case: "sendInitial", value: true } })) {
      cursor = revision;
      if (kind === 1) expect(cluster?.name).toBe(name);
      if (kind === 3) break;
    }
    await remove(world, name);
    await deleted(world, name);
    const revisions: bigint[] = [];
    for await (const { kind, revision, cluster } of world.clusters.watch({ scope, filter: "", start: { $case: "fromRevision", value: cursor } })) {
      revisions.push(revision);
      if (kind !== 2) continue;
      expect(cluster).toMatchObject({ name, spec: { app: "spark" } });
      break;
    }
    expect(revisions.every((revision, index) => revision > (revisions[index - 1] ?? cursor))).toBe(true);
  });

  test("a cursor from the future or of another kind is refused", async () => {
    const watch = world.events.watch({ scope: `projects/${project}`, types: [], start: { $case: "afterRevision", value: 1_000_000n } });
    await expect(watch[Symbol.asyncIterator]().next()).rejects.toMatchObject({ kind: "invalid" });
  });
});
