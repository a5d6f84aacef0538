import { Failure } from "@troupe/domain/failure";
import type { Sources } from "@troupe/domain/plan/sources";
import { someSources } from "@troupe/domain/testing";
import * as wire from "@troupe/proto/troupe/internal/v1/reconciler";
import { silentLog } from "@troupe/runtime/log";
import { afterEach, describe, expect, it } from "vitest";
import { toWire } from "../testing/fake-control.ts";
import { DesiredSet, digestOfVersions } from "./desired.ts";
import { follow } from "./follow.ts";

describe("a message", () => {
  it("is taken in at once", async () => {
    const world = await aWorld();
    world.hear(sources("a", 1));
    expect(world.versions()).toEqual({ a: 1 });
    expect(world.offered).toEqual(["a"]);
  });

  it("that comes twice is no news the second time", async () => {
    const world = await aWorld();
    world.hear(sources("a", 1));
    world.hear(sources("a", 1));
    expect(world.offered).toEqual(["a"]);
  });

  it("that comes late, after a newer one, changes nothing", async () => {
    const world = await aWorld();
    world.hear(sources("a", 2));
    world.hear(sources("a", 1));
    expect(world.versions()).toEqual({ a: 2 });
    expect(world.offered).toEqual(["a"]);
  });

  it("that is lost is made up for by the next comparison", async () => {
    const world = await aWorld();
    world.control.set("a", sources("a", 2));
    await world.compare();
    expect(world.versions()).toEqual({ a: 2 });
    expect(world.offered).toEqual(["a"]);
  });

  it("that cannot be read keeps no other from being heard", async () => {
    const world = await aWorld();
    world.hearBytes(new TextEncoder().encode("nonsense"));
    world.hear(sources("a", 1));
    expect(world.versions()).toEqual({ a: 1 });
  });
});

describe("a comparison", () => {
  it("is made once the server has the subscription, so that nothing falls between the two", async () => {
    const bus = new FakeBus();
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    bus.subscribed = () => reached;
    let asked = 0;
    async function* listDesired(): AsyncGenerator<wire.ListDesiredResponse> {
      asked += 1;
      yield { part: { $case: "unchanged", value: true } };
    }
    const stop = new AbortController();
    const following = follow({ target: "default", bus, listDesired, desired: new DesiredSet(), onOffer: () => undefined, onForget: () => undefined, random: () => 0, log: silentLog, signal: stop.signal });
    await new Promise((resolve) => setImmediate(resolve));
    expect([bus.hear !== undefined, asked]).toEqual([true, 0]);
    reach();
    while (asked === 0) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await following;
  });

  it("is made at the beginning, and asks for everything while nothing is known", async () => {
    const world = await aWorld([sources("a", 1), sources("b", 1)]);
    expect(world.asked).toEqual([""]);
    expect(world.versions()).toEqual({ a: 1, b: 1 });
  });

  it("lists nothing when nothing differs", async () => {
    const world = await aWorld([sources("a", 1)]);
    await world.compare();
    expect(world.asked[1]).toBe(digestOfVersions(new Map([["a", 1]])));
    expect(world.offered).toEqual(["a"]);
  });

  it("is made again after each time, without anything that calls for it", async () => {
    const world = await aWorld([], { everyMs: 0 });
    await world.until(() => world.asked.length > 2);
  });

  it("forgets what control knows no more", async () => {
    const world = await aWorld([sources("a", 1), sources("b", 1)]);
    world.control.delete("a");
    await world.compare();
    expect(world.versions()).toEqual({ b: 1 });
    expect(world.forgotten).toEqual(["a"]);
  });

  it("forgets nothing that was heard of while the list was made", async () => {
    const world = await aWorld([sources("a", 1), sources("b", 1)]);
    world.control.delete("a");
    world.duringList = () => {
      world.hear(sources("a", 2));
      world.hear(sources("c", 1));
    };
    await world.compare();
    expect(world.versions()).toEqual({ a: 2, b: 1, c: 1 });
    expect(world.forgotten).toEqual([]);
  });

  it("that breaks off forgets nothing, keeps what it brought, and is made again", async () => {
    const world = await aWorld([sources("a", 1), sources("b", 1)]);
    world.control.delete("a");
    world.control.set("b", sources("b", 2));
    world.breakOff("quietly");
    await world.compare();
    await world.until(() => world.forgotten.length > 0);
    // The next one was asked for with what was known after the one that broke off.
    expect(world.asked[2]).toBe(digestOfVersions(new Map([["a", 1], ["b", 2]])));
    expect(world.versions()).toEqual({ b: 2 });
  });

  it("that fails is made again", async () => {
    const world = await aWorld();
    world.control.set("a", sources("a", 1));
    world.breakOff("with an error");
    await world.compare();
    await world.until(() => world.offered.length > 0);
  });

  it("passes over what it cannot read, and does not take it for deleted", async () => {
    const world = await aWorld([sources("a", 1), sources("b", 1)]);
    world.control.set("a", { ...sources("a", 2), intent: { kind: "delete", deleteVolumes: false } });
    world.garble = "a";
    world.control.set("b", sources("b", 2));
    await world.compare();
    expect([world.versions(), world.forgotten]).toEqual([{ a: 1, b: 2 }, []]);
  });

  it("that is called for while another is under way follows it", async () => {
    const world = await aWorld();
    world.duringList = () => {
      world.duringList = undefined;
      world.connect();
    };
    await world.compare();
    await world.until(() => world.asked.length === 3);
  });
});

it("after its end nothing is heard any more", async () => {
  const world = await aWorld();
  await world.stop();
  expect(world.listeners()).toBe(0);
});

const worlds: { stop: () => Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.stop()));
});

/** Control's list, a bus of one subscription, and what came of them; the first comparison has been made. */
async function aWorld(first: readonly Sources[] = [], { everyMs = 1_000_000 } = {}) {
  const stop = new AbortController();
  const bus = new FakeBus();
  const desired = new DesiredSet();
  let brokenOff: "quietly" | "with an error" | undefined;
  let ended = 0;
  const world = {
    control: new Map(first.map((each) => [each.uid as string, each])),
    asked: [] as string[],
    offered: [] as string[],
    forgotten: [] as string[],
    duringList: undefined as (() => void) | undefined,
    garble: "",
    versions: () => Object.fromEntries(desired.versions()),
    hear: (heard: Sources) => world.hearBytes(wire.Sources.encode(toWire(heard)).finish()),
    hearBytes: (bytes: Uint8Array) => bus.hear?.(bytes),
    connect: () => bus.connected?.(),
    breakOff: (how: "quietly" | "with an error") => (brokenOff = how),
    listeners: () => [bus.hear, bus.connected].filter((each) => each !== undefined).length,
    /** As after a reconnect; resolves when the comparison has ended, well or not. */
    async compare() {
      const before = ended;
      bus.connected?.();
      await world.until(() => ended > before);
    },
    async until(condition: () => boolean) {
      while (!condition()) await new Promise((resolve) => setImmediate(resolve));
    },
    async stop() {
      stop.abort(new Error("the test is over"));
      await following;
    },
  };
  async function* list({ digest }: wire.ListDesiredRequest): AsyncGenerator<wire.ListDesiredResponse> {
    world.asked.push(digest);
    const broken = brokenOff;
    brokenOff = undefined;
    try {
      yield* parts(digest);
      if (broken === "with an error") throw new Failure("unavailable", "reset");
      if (broken === undefined) yield { part: { $case: "digest", value: "d" } };
    } finally {
      // Behind what the comparison does with the last part.
      setImmediate(() => (ended += 1));
    }
  }
  function* parts(digest: string): Generator<wire.ListDesiredResponse> {
    if (digest === digestOfVersions(new Map([...world.control.values()].map(({ uid, version }) => [uid, version])))) return yield { part: { $case: "unchanged", value: true } };
    for (const [uid, each] of world.control) yield { part: { $case: "sources", value: uid === world.garble ? { ...toWire(each), spec: "{" } : toWire(each) } };
    world.duringList?.();
  }
  const onOffer = (uid: string) => void world.offered.push(uid);
  const onForget = (uid: string) => void world.forgotten.push(uid);
  const following = follow({ target: "default", bus, listDesired: list, desired, onOffer, onForget, random: () => 0, log: silentLog, signal: stop.signal, everyMs });
  worlds.push(world);
  await world.until(() => ended > 0);
  return world;
}

class FakeBus {
  hear: ((bytes: Uint8Array) => void) | undefined;
  connected: (() => void) | undefined;

  subscribe(_subject: string, handler: (bytes: Uint8Array, subject: string) => void) {
    this.hear = (bytes) => handler(bytes, "");
    return { stop: () => (this.hear = undefined) };
  }

  async subscribed() {}

  onConnect(callback: () => void) {
    this.connected = callback;
    return { stop: () => (this.connected = undefined) };
  }
}

function sources(uid: string, version: number): Sources {
  return someSources({ uid, version });
}
