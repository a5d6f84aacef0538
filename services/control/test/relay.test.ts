import { Sources } from "@troupe/proto/troupe/internal/v1/reconciler";
import type { Bus } from "@troupe/runtime/bus";
import { silentLog } from "@troupe/runtime/log";
import { connectBus } from "@troupe/runtime/nats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Neighbours, type Replica, startNeighbours, startReplica } from "./control.ts";
import { apply, clusterYaml, eventually, finish, publish, remove, report, reportOf } from "./steps.ts";

let neighbours: Neighbours;
let replica: Replica & { readonly url: string };
let other: Replica;
let subscriber: Bus;
beforeAll(async () => {
  neighbours = await startNeighbours();
  replica = await startReplica(neighbours);
  other = await startReplica(neighbours, replica.url);
  subscriber = connectBus({ url: neighbours.nats.url, name: "subscriber", log: silentLog });
  await publish(replica);
});
afterAll(async () => {
  await subscriber?.close();
  await Promise.all([replica?.stop(), other?.stop()]);
  await neighbours?.stop();
});

interface Message {
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Asks the server about the stream, in the words of its own protocol. */
async function ask<T>(what: string, request: object = {}): Promise<T> {
  const answer = await subscriber.request(`$JS.API.STREAM.${what}.TROUPE_EVENTS`, new TextEncoder().encode(JSON.stringify(request)), 2_000);
  return JSON.parse(new TextDecoder().decode(answer)) as T;
}

/** What the stream holds of a project now. */
async function stored(project: string): Promise<readonly Message[]> {
  const { state } = await ask<{ state: { first_seq: number; last_seq: number } }>("INFO");
  const messages: Message[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
    const { message } = await ask<{ message?: { subject: string; hdrs: string; data: string } }>("MSG.GET", { seq });
    if (!message?.subject.startsWith(`troupe.v1.events.${project}.`)) continue;
    const lines = Buffer.from(message.hdrs, "base64").toString().split("\r\n").slice(1).filter((line) => line !== "");
    messages.push({ subject: message.subject, headers: Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()])), body: JSON.parse(Buffer.from(message.data, "base64").toString()) });
  }
  return messages;
}

const ids = (messages: readonly Message[]) => messages.map(({ headers }) => headers["ce-id"]);
const idsUpTo = (project: string, revision: number) => Array.from({ length: revision }, (_, index) => `${project}/${index + 1}`);
const arrived = (project: string, revision: number) => eventually(`the stream has ${revision} events of ${project}`, async () => {
  const messages = await stored(project).catch(() => []);
  return messages.length >= revision ? messages : undefined;
});

describe("the relay", () => {
  test("publishes each event once, as a CloudEvent, in order", async () => {
    const { cluster } = await replica.clusters.create({ parent: "projects/shop", clusterId: "a", source: { $case: "cluster", value: { labels: {}, annotations: {}, spec: { app: "queue", placement: undefined, params: {}, needs: {}, roles: {}, paused: false, stopped: false, protect: false, adopt: "", labels: {} } } }, requestId: "", validateOnly: false }, { metadata: { "troupe-caller": "ann", traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" } });
    await report(replica, reportOf(cluster!, { state: "ready", members: [] }));
    await finish(replica, "projects/shop/clusters/a");
    const messages = await arrived("shop", 4);
    expect(ids(messages)).toEqual(idsUpTo("shop", 4));
    const uid = cluster?.uid;
    expect(messages.map(({ subject }) => subject)).toEqual(["created", "ready", "deleting", "deleted"].map((what) => `troupe.v1.events.shop.cluster.${uid}.${what}`));
    expect(messages[0]?.headers).toMatchObject({
      "Nats-Msg-Id": "shop/1",
      "ce-specversion": "1.0",
      "ce-source": "/projects/shop",
      "ce-type": "dev.troupe.cluster.created.v1",
      "ce-subject": "projects/shop/clusters/a",
      "ce-datacontenttype": "application/json",
      "ce-sequence": "00000000000000000001",
      "ce-actor": "ann",
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    });
    expect(messages[1]?.body).toMatchObject({ cluster: { name: "projects/shop/clusters/a", uid, revision: "2", status: { state: "CLUSTER_STATE_READY" } }, change: { previousState: null, state: "ready" } });
  });

  test("tells the same as the list of events", async () => {
    const messages = await arrived("shop", 4);
    const { events } = await replica.events.list({ parent: "projects/shop", afterRevision: 0n, pageSize: 0, subject: "", types: [], newestFirst: false });
    expect(messages.map(({ body }) => body)).toEqual(events.map(({ data }) => data));
    expect(messages.map(({ headers }) => [headers["ce-type"], headers["ce-subject"], headers["ce-time"]])).toEqual(events.map(({ type, subject, time }) => [type, subject, time]));
  });

  test("sends the sources that changed to their target, as ListDesired has them", async () => {
    const heard: Sources[] = [];
    const subscription = subscriber.subscribe("troupe.v1.desired.default.>", (body) => heard.push(Sources.decode(body)));
    // The server has heard of the subscription when it answers what was asked after it.
    await ask("INFO");
    const { cluster } = await apply(other, clusterYaml("sources", "a"));
    await eventually("the first sources", async () => heard.length === 1);
    const listed: Sources[] = [];
    for await (const { part } of replica.reconciler.listDesired({ target: "default", digest: "" })) if (part?.$case === "sources" && part.value.uid === cluster?.uid) listed.push(part.value);
    expect(heard).toEqual(listed);
    expect(heard[0]).toMatchObject({ name: "a", version: 1n, generation: 1n, intent: { kind: { $case: "run" } }, app: { name: "queue", version: "1.0", build: 1 } });
    await report(replica, reportOf(cluster!, { state: "ready" }));
    await remove(replica, "projects/sources/clusters/a");
    await eventually("the intent", async () => heard.length === 2);
    expect(heard[1]).toMatchObject({ version: 3n, intent: { kind: { $case: "delete", value: { deleteVolumes: false } } } });
    subscription.stop();
  });

  test("takes status in by NATS, answers after the commit, and is heard within moments", async () => {
    const { ReportStatusRequest, ReportStatusResponse } = await import("@troupe/proto/troupe/internal/v1/reconciler");
    const { cluster } = await apply(replica, clusterYaml("intake", "a"));
    const send = async (status: object) => ReportStatusResponse.decode(await subscriber.request("troupe.v1.status.default", ReportStatusRequest.encode({ target: "default", reports: [reportOf(cluster!, status)] }).finish(), 5_000));
    expect((await send({ state: "ready" })).acks).toMatchObject([{ uid: cluster?.uid, outcome: 1 }]);
    expect((await replica.clusters.get({ name: "projects/intake/clusters/a" })).revision).toBe(2n);
  });

  test("publishes what is too large for NATS without the resource, and goes on", async () => {
    const { cluster } = await apply(replica, clusterYaml("huge", "a"));
    await report(replica, reportOf(cluster!, { state: "ready", kept: Array.from({ length: 15_000 }, (_, index) => `${"x".repeat(90)}${index}`) }));
    await report(replica, reportOf(cluster!, { state: "degraded" }));
    const messages = await arrived("huge", 3);
    expect(ids(messages)).toEqual(idsUpTo("huge", 3));
    expect(messages.map(({ headers }) => headers["ce-shortened"])).toEqual([undefined, "true", undefined]);
    expect(messages[1]?.body).toEqual({ change: expect.objectContaining({ state: "ready" }) });
    // Where it is read whole.
    const { events } = await replica.events.list({ parent: "projects/huge", afterRevision: 1n, pageSize: 1, subject: "", types: [], newestFirst: false });
    expect(events[0]?.data).toMatchObject({ cluster: { name: "projects/huge/clusters/a" }, change: { state: "ready" } });
  });

  test("while NATS is away writes succeed, and are published once it is back", async () => {
    await neighbours.nats.pause();
    for (const name of ["a", "b", "c"]) await apply(replica, clusterYaml("away", name));
    expect((await replica.ready()).every(({ ok }) => ok)).toBe(true);
    await neighbours.nats.start();
    expect(ids(await arrived("away", 3))).toEqual(idsUpTo("away", 3));
  });

  test("fills a stream again whose data was wiped", async () => {
    await arrived("away", 3);
    await neighbours.nats.wipe();
    expect(ids(await arrived("shop", 4))).toEqual(idsUpTo("shop", 4));
    expect(ids(await arrived("away", 3))).toEqual(idsUpTo("away", 3));
    await apply(replica, clusterYaml("away", "d"));
    expect(ids(await arrived("away", 4))).toEqual(idsUpTo("away", 4));
  });

  test("fills a stream again that somebody purged", async () => {
    await ask("PURGE");
    expect(ids(await arrived("shop", 4))).toEqual(idsUpTo("shop", 4));
  });

  test("goes on in another replica when the one that does it stops", async () => {
    const third = await startReplica(neighbours, replica.url);
    await replica.stop();
    await apply(other, clusterYaml("handed", "a"));
    expect(ids(await arrived("handed", 1))).toEqual(["handed/1"]);
    expect(ids(await stored("shop"))).toEqual(idsUpTo("shop", 4));
    await third.stop();
    replica = await startReplica(neighbours, replica.url);
  });
});
