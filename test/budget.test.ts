import { setTimeout as delay } from "node:timers/promises";
import { connect } from "nats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./world/eventually.ts";
import type { KubeRequest } from "./world/counting-proxy.ts";
import { apply, manifestOf, publishCatalogue, ready } from "./world/steps.ts";
import { startWorld, type World } from "./world/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await publishCatalogue(world);
});
afterAll(() => world?.stop());

const kafka = (name: string) => `
apiVersion: troupe.dev/v1
kind: Cluster
metadata: {name: ${name}, namespace: budget}
spec: {app: kafka, roles: {broker: {members: 3}}}
`;

/** The second role of this app comes after the first. */
const levels = 1;
const writes = (requests: readonly KubeRequest[]) => requests.filter(({ method }) => method !== "GET");
const inWords = (requests: readonly KubeRequest[]) => requests.map(({ method, path, status }) => `${method} ${path} ${status}`);

describe("what a cluster costs", () => {
  test("requests to Kubernetes for a created cluster: its objects, two, and one a level of after", async () => {
    await apply(world, kafka("first")); // its namespace is made, which later clusters find
    await ready(world, "projects/budget/clusters/first");
    world.proxy.take();
    await apply(world, kafka("second"));
    await ready(world, "projects/budget/clusters/second");
    const requests = world.proxy.take();
    const objects = requests.filter(({ method, status }) => method === "POST" && status === 201).length;
    expect(objects).toBeGreaterThanOrEqual(6 + 6 + 1 + 1); // pods, claims, the record, the headless Service
    expect(requests.length, inWords(requests).join("\n")).toBeLessThanOrEqual(objects + 2 + levels);
    expect(requests.filter(({ status }) => status >= 400)).toEqual([]);
  });

  test("the same file again: no generation, event, message or write to Kubernetes", async () => {
    const before = await world.clusters.get({ name: "projects/budget/clusters/second" });
    const messages = await messagesStored();
    world.proxy.take();
    const change = await apply(world, kafka("second"));
    expect(change.plan?.unchanged).toBe(true);
    const after = await world.clusters.get({ name: "projects/budget/clusters/second" });
    expect([after.generation, after.revision, after.etag]).toEqual([before.generation, before.revision, before.etag]);
    // Something that comes after it has been through every part by the time that it is done.
    await apply(world, kafka("third"));
    await ready(world, "projects/budget/clusters/third");
    const events = await world.events.list({ parent: "projects/budget", afterRevision: before.revision, pageSize: 1000, subject: "", types: [], newestFirst: false });
    expect(events.events.filter(({ subject }) => subject === "projects/budget/clusters/second")).toEqual([]);
    expect(writes(world.proxy.take()).filter(({ path }) => path.includes("second"))).toEqual([]);
    await eventually("the relay has sent these events and no others", async () => (await messagesStored()) - messages === events.events.length);
  });

  test("idle with 50 clusters for a minute: nothing is asked of Kubernetes but the open watches", async () => {
    const names = Array.from({ length: 47 }, (_, index) => `idle-${index}`);
    await world.apps.publish({ parent: "", requestId: "", validateOnly: false, manifest: manifestOf(small) });
    for (const name of names) await apply(world, `{apiVersion: troupe.dev/v1, kind: Cluster, metadata: {name: ${name}, namespace: budget}, spec: {app: small}}`);
    for (const name of names) await ready(world, `projects/budget/clusters/${name}`);
    await eventually("what was begun has ended", async () => {
      world.proxy.take();
      await delay(3_000);
      return world.proxy.take().length === 0;
    });
    await delay(60_000); // the minute is the measure, not a wait for something
    expect(inWords(world.proxy.take())).toEqual([]);
  });
});

const small = `
apiVersion: troupe.dev/v1
kind: App
metadata: {name: small}
spec: {version: "1", image: registry.example/small:1, user: 1000, roles: {server: {members: 1}}}
`;

async function messagesStored(): Promise<number> {
  const connection = await connect({ servers: world.nats.url });
  try {
    return (await (await connection.jetstreamManager()).streams.info("TROUPE_EVENTS")).state.last_seq;
  } finally {
    await connection.close();
  }
}
