import { Failure } from "@troupe/domain/failure";
import type { PublishedEvent } from "@troupe/runtime/bus";
import { silentLog } from "@troupe/runtime/log";
import { describe, expect, test } from "vitest";
import { memoryStore } from "../testing/memory-store.ts";
import { aCluster, aMutation, anApp, creating, publishing } from "../testing/mutations.ts";
import { type RelayDeps, runRelay, startOf } from "./relay.ts";
import { Wakes } from "./wakes.ts";

const stream = { messages: 10, createdAt: "s1", firstSequence: 1, lastSequence: 100 };
const keptSince = "2026-11-01T00:00:00Z";
const cursor = (change: object = {}, purged = 0) => ({ purged, published: { revision: 40, stream: "s1", sequence: 100, time: "2026-11-20T00:00:00Z", ...change } });

describe("publishing goes on", () => {
  test("after what was published", () => {
    expect(startOf(cursor(), stream, keptSince)).toBe(40);
  });

  test("from the beginning for a stream that is another one", () => {
    expect(startOf(cursor(), { ...stream, createdAt: "s2" }, keptSince)).toBe(0);
    expect(startOf(cursor({}, 15), { ...stream, createdAt: "s2" }, keptSince)).toBe(15);
  });

  test("as far back as the stream has lost messages at its end", () => {
    expect(startOf(cursor(), { ...stream, lastSequence: 93 }, keptSince)).toBe(33);
    expect(startOf(cursor({ revision: 3 }), { ...stream, lastSequence: 93 }, keptSince)).toBe(0);
  });

  test("from the beginning when messages that are young enough to be there are not", () => {
    expect(startOf(cursor(), { ...stream, firstSequence: 101 }, keptSince)).toBe(0);
    expect(startOf(cursor({ time: "2026-10-01T00:00:00Z" }), { ...stream, firstSequence: 101 }, keptSince)).toBe(40);
  });
});

/** A store with as many clusters as are wanted of each project, and a relay that publishes their log into a stream that takes all. */
async function world(clusters: Readonly<Record<string, number>>, take: (event: PublishedEvent) => Promise<void> = async () => {}) {
  const store = memoryStore();
  const app = anApp();
  await store.commit(aMutation("troupe-system", [publishing("troupe-system", app)]));
  for (const [project, count] of Object.entries(clusters)) {
    const writes = Array.from({ length: count }, (_, index) => creating(project, aCluster(`c${index}`, app, { namespace: project })));
    await store.commit(aMutation(project, writes));
  }
  const total = Object.values(clusters).reduce((sum, count) => sum + count, 1);
  const published: PublishedEvent[] = [];
  const told: string[] = [];
  const stopping = new AbortController();
  const lost = new AbortController();
  let end = () => {};
  const all = new Promise<void>((resolve) => (end = resolve));
  const bus: RelayDeps["bus"] = {
    ensureStream: async () => {},
    streamState: async () => ({ messages: published.length, firstSequence: 1, lastSequence: published.length, createdAt: "s1" }),
    publishEvent: async (event) => {
      await take(event);
      const sequence = published.push(event);
      if (sequence === total) end();
      return { sequence, duplicate: false };
    },
    publish: (subject) => told.push(subject) > 0,
    onConnect: () => ({ stop: () => undefined }),
  };
  let locks = 0;
  const deps = {
    store,
    bus,
    wakes: new Wakes(),
    log: silentLog,
    encodeDesired: async () => new Uint8Array(),
    tryLock: async () => (locks++ === 0 ? { lost: lost.signal, [Symbol.asyncDispose]: async () => {} } : undefined),
    nowMs: () => Date.parse("2026-11-24T12:00:00Z"),
    random: () => 0,
  };
  const run = async (change: Partial<RelayDeps> = {}) => runRelay({ ...deps, ...change }, stopping.signal).catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error;
  });
  return { store, deps, published, told, all, run, stopping, lost };
}

const at = async (store: ReturnType<typeof memoryStore>, project: string) => (await store.relayCursor(project)).published.revision;

describe("the relay", () => {
  test("publishes some projects at a time, however many there are", async () => {
    let [underWay, most] = [0, 0];
    const { all, run, stopping, store } = await world(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`p${index}`, 1])), async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
    });
    const running = run();
    await all;
    stopping.abort();
    await running;
    expect(most).toBe(8);
    expect(await Promise.all(["p0", "p19"].map((project) => at(store, project)))).toEqual([1, 1]);
  });

  test("goes on in a long log where the one before it was lost", async () => {
    const { run, stopping, store } = await world({ long: 300 }, async ({ id }) => {
      if (id === "long/257") stopping.abort();
      if (stopping.signal.aborted) throw new Failure("unavailable", "away");
    });
    await run();
    expect(await at(store, "long")).toBe(256);
  });

  test("stops between pages when it has to", async () => {
    const { run, stopping, published } = await world({ long: 300 }, async ({ id }) => {
      if (id === "long/256") stopping.abort();
    });
    await run();
    expect(published.filter(({ id }) => id.startsWith("long/"))).toHaveLength(256);
  });

  test("writes nothing when its lock is lost: it is another's by then", async () => {
    const { all, run, stopping, store, lost } = await world({ p: 1 }, async ({ id }) => {
      if (id === "p/1") lost.abort(new Error("lost"));
    });
    const running = run({ pollMs: 10 });
    await all;
    await new Promise((resolve) => setImmediate(resolve));
    stopping.abort();
    await running;
    expect(await at(store, "p")).toBe(0);
  });

  test("that was overtaken by another does not undo what that one wrote", async () => {
    const { all, run, stopping, store } = await world({ p: 2 }, async ({ id }) => {
      if (id === "p/1") await store.moveCursor("p", (await store.relayCursor("p")).published, { revision: 7, stream: "s1", sequence: 9, time: "2026-11-24T12:00:00Z" });
    });
    const running = run();
    await all;
    await new Promise((resolve) => setImmediate(resolve));
    stopping.abort();
    await running;
    expect(await at(store, "p")).toBe(7);
  });

  test("keeps back neither the log nor others for a cluster whose sources cannot be encoded", async () => {
    const { all, run, stopping, told, store } = await world({ p: 2 });
    const running = run({ encodeDesired: async ({ cluster: { name } }) => (name === "c0" ? Promise.reject(new Error("broken")) : new Uint8Array()) });
    await all;
    stopping.abort();
    await running;
    expect(told).toEqual([`troupe.v1.desired.default.${(await store.findCluster("p", "c1"))?.uid}`]);
    expect(await at(store, "p")).toBe(2);
  });

  test("publishes less and less of an event that is too large, says so once, and goes on", async () => {
    const said: object[] = [];
    const { run, stopping, published, store } = await world({ p: 3 }, async ({ id, body }) => {
      if ((id === "p/2" && body.length > 20) || id === "p/3") throw new Failure("exhausted", "too large");
    });
    const moveCursor: typeof store.moveCursor = async (project, from, to) => {
      if (project === "p") stopping.abort();
      return store.moveCursor(project, from, to);
    };
    await run({ log: { ...silentLog, error: (fields) => void said.push(fields) }, store: { ...store, moveCursor } });
    expect(await at(store, "p")).toBe(3);
    expect(published.filter(({ id }) => id.startsWith("p/")).map(({ id, headers }) => [id, headers?.["ce-shortened"]])).toEqual([["p/1", undefined], ["p/2", "true"]]);
    expect(JSON.parse(new TextDecoder().decode(published.at(-1)?.body))).toEqual({ change: {} });
    expect(said).toMatchObject([{ project: "p", revision: 2 }, { project: "p", revision: 3 }]);
  });
});
