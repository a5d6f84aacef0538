import { type Nats, startNats } from "@troupe/deploy/local/nats";
import { until } from "@troupe/deploy/local/until";
import { Failure } from "@troupe/domain/failure";
import type { JsonObject } from "@troupe/domain/json";
import { aRoleSpec, aSpec, someSources } from "@troupe/domain/testing";
import type { Sources } from "@troupe/domain/plan/sources";
import type { Bus } from "@troupe/runtime/bus";
import { type Channel, openChannel } from "@troupe/runtime/grpc-client";
import { silentLog } from "@troupe/runtime/log";
import { connectBus } from "@troupe/runtime/nats";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Reconciler } from "../src/reconciler.ts";
import { aroundWrites, type Write } from "../src/testing/around-writes.ts";
import { type FakeControl, startFakeControl } from "../src/testing/fake-control.ts";
import { FakeKube } from "../src/testing/fake-kube.ts";
import { keepSettled } from "../src/testing/settle.ts";

const definition: JsonObject = {
  apiVersion: "troupe.dev/v1",
  kind: "App",
  metadata: { name: "sample" },
  spec: {
    version: "1.0.0",
    image: "registry.example/sample:1",
    user: 1000,
    volumes: { data: { path: "/data", size: "1Gi" } },
    roles: { server: { members: "1+", ports: { main: 4000 } } },
  },
};

/** Nobody listens there. */
const nowhere = "nats://127.0.0.1:1";

let nats: Nats;
const worlds: World[] = [];
beforeAll(async () => {
  nats = await startNats();
});
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});
afterAll(() => nats?.stop());

describe("a cluster that is wanted", () => {
  test("is heard of on the bus, and reaches its objects and control's status", async () => {
    const world = await aWorld({ compareMs: 1_000_000 });
    await world.join();
    await world.until("the first list", () => world.control.lists > 0);
    world.control.want(world.sources("c"));
    await world.isReady("c");
    expect(world.names("Pod")).toEqual(["c-server-0", "c-server-1"]);
    expect(world.control.lists).toBeLessThanOrEqual(2);
  });

  test("comes by the list when there is no NATS, and its status goes by gRPC", async () => {
    const world = await aWorld({ url: nowhere });
    world.control.want(world.sources("c"));
    await world.join();
    await world.isReady("c");
    world.control.want({ ...world.sources("c", 3), version: 2 });
    await world.until("the third member", () => world.status("c")?.members.length === 3);
  });

  test("while NATS was away is caught up with as soon as it is back", async () => {
    const world = await aWorld({ compareMs: 1_000_000 });
    await world.join();
    world.control.want(world.sources("c"));
    await world.isReady("c");
    await nats.kill();
    world.control.want(world.sources("d"));
    expect(world.names("Pod")).toEqual(["c-server-0", "c-server-1"]);
    await nats.start();
    await world.isReady("d");
  });

  test("is put right when somebody else changes an object of it, or deletes one", async () => {
    const world = await aWorld();
    await world.join();
    world.control.want(world.sources("c"));
    await world.isReady("c");
    const service = { kind: "Service", namespace: "shop", name: "c-all" } as const;
    world.kube.edit(service, (object) => ({ ...object, spec: { ...(object["spec"] as JsonObject), publishNotReadyAddresses: false } }));
    await world.until("the Service to be as it was", () => (world.kube.get(service)?.["spec"] as JsonObject | undefined)?.["publishNotReadyAddresses"]);
    const pod = { kind: "Pod", namespace: "shop", name: "c-server-1" } as const;
    world.kube.erase(pod);
    await world.until("the pod to be back", () => world.kube.get(pod) !== undefined);
  });

  test("is deleted, reported gone, and then forgotten", async () => {
    const world = await aWorld();
    await world.join();
    world.control.want(world.sources("c"));
    await world.isReady("c");
    world.control.want({ ...world.sources("c"), version: 5, intent: { kind: "delete", deleteVolumes: false } });
    await world.until("it to be gone", () => world.status("c")?.gone);
    expect(world.status("c")?.kept).toEqual(["c-server-0-data-1", "c-server-1-data-1"]);
    expect(world.names("Pod")).toEqual([]);
    await world.forgets("c");
    // What is known is not taken in again: it is news only to one who has forgotten.
    world.control.want({ ...world.sources("c"), version: 1 });
    await world.until("it to be made anew", () => world.names("Pod").length === 2);
  });
});

describe("a pass that fails", () => {
  test("backs off, and a condition says why, while other clusters go on", async () => {
    const world = await aWorld({ random: () => 0.999 });
    const attemptsMs: number[] = [];
    world.refuse = ({ key }) => {
      if (key.kind !== "ServiceAccount" || key.name !== "bad") return undefined;
      attemptsMs.push(performance.now());
      return new Failure("denied", "not allowed");
    };
    await world.join();
    world.control.want(world.sources("bad"));
    world.control.want(world.sources("good"));
    await world.isReady("good");
    await world.until("a condition", () => world.status("bad")?.conditions.some(({ reason }) => reason === "WriteRefused"));
    expect(world.status("bad")?.waiting[0]?.since).toBeGreaterThan(Date.now() - 60_000);
    await world.until("three attempts", () => attemptsMs.length >= 3);
    const [first = 0, second = 0, third = 0] = attemptsMs;
    // At least so long, whatever else the machine does: a quarter of a second, then twice that.
    expect([second - first > 240, third - second > 490]).toEqual([true, true]);
  });

  test("is tried again at once when a user changes something", async () => {
    const world = await aWorld({ random: () => 0.999 });
    let refused = 0;
    world.refuse = ({ key }) => (key.kind === "ServiceAccount" ? ((refused += 1), new Failure("unavailable", "reset")) : undefined);
    await world.join();
    world.control.want(world.sources("c"));
    await world.until("a condition", () => world.status("c")?.conditions.some(({ reason }) => reason === "TargetUnreachable"));
    await world.until("a few attempts", () => refused >= 3);
    world.refuse = () => undefined;
    world.control.want({ ...world.sources("c"), version: 2 });
    await world.isReady("c");
  });

  test("because its spec cannot be planned says so, and leaves what runs", async () => {
    const world = await aWorld();
    await world.join();
    world.control.want(world.sources("c"));
    await world.isReady("c");
    world.control.want({ ...world.sources("c"), version: 2, generation: 2, spec: aSpec({ params: { nonsense: 1 } }) });
    await world.until("a condition", () => world.status("c")?.conditions.some(({ reason }) => reason === "SpecRefused"));
    expect(world.status("c")).toMatchObject({ state: "degraded", members: [{ ready: true }, { ready: true }] });
    expect(world.names("Pod")).toHaveLength(2);
  });

  test("because of an error of our own tells nothing of it", async () => {
    const world = await aWorld();
    await world.join();
    world.refuse = () => new Failure("internal", "secret text");
    world.control.want(world.sources("c"));
    await world.until("a status", () => world.status("c"));
    expect(JSON.stringify(world.status("c"))).not.toContain("secret text");
  });
});

describe("two replicas", () => {
  const many = Array.from({ length: 16 }, (_, index) => `c${index}`);

  test("where both live: they share the clusters, and each is one's alone", async () => {
    const world = await aWorld();
    const [one, two] = [await world.join(), await world.join()];
    await world.knowEachOther();
    for (const name of many) world.control.want(world.sources(name));
    await Promise.all(many.map((name) => world.isReady(name)));
    expect([...one.clusters(), ...two.clusters()].toSorted()).toEqual(many.toSorted());
    expect(Math.min(one.clusters().length, two.clusters().length)).toBeGreaterThan(0);
  });

  test("where one dies without a word: the other takes over what was its own", async () => {
    const world = await aWorld({ expiryMs: 1_500 });
    const [one, two] = [await world.join(), await world.join()];
    await world.knowEachOther();
    for (const name of many) world.control.want(world.sources(name));
    await Promise.all(many.map((name) => world.isReady(name)));
    const orphans = one.clusters();
    await one.die();
    two.wrote.length = 0;
    for (const name of orphans) world.kube.erase({ kind: "Pod", namespace: "shop", name: `${name}-server-0` });
    await world.until("every pod to be back", () => world.names("Pod").length === 2 * many.length);
    await Promise.all(many.map((name) => world.isReady(name)));
    expect(two.clusters()).toEqual(expect.arrayContaining([...orphans]));
    expect(world.control.instances).toHaveLength(1);
  });

  test("where one leaves with a word: the other takes over at once", async () => {
    const world = await aWorld({ expiryMs: 1_000_000 });
    const [one] = [await world.join(), await world.join()];
    await world.knowEachOther();
    await one.leave();
    world.control.want(world.sources("c"));
    world.control.want(world.sources("d"));
    await Promise.all([world.isReady("c"), world.isReady("d")]);
  });

  test("where control hears only one: the record refuses what the other would still do", async () => {
    const world = await aWorld({ expiryMs: 500 });
    const deaf = await world.join();
    world.control.want(world.sources("c"));
    await world.isReady("c");
    deaf.cutOff();
    const heir = await world.join();
    await world.until("the other to be given up", () => world.control.instances.length === 1 && world.control.isSettled);
    const before = deaf.wrote.length;
    for (const each of [deaf, heir]) each.sleep();
    // The deaf one still hears the bus, and believes that the cluster is its own.
    world.control.want({ ...world.sources("c", 3), version: 2 });
    await world.until("both to try the same", () => deaf.tried.length > 0 && heir.tried.length > 0);
    heir.wake();
    await world.until("the third member", () => world.status("c")?.members.length === 3 && world.status("c")?.state === "ready");
    deaf.wake();
    await world.until("the deaf one to be refused", () => deaf.failed.length > 0);
    world.kube.erase({ kind: "Pod", namespace: "shop", name: "c-server-0" });
    await world.until("a repair", () => world.names("Pod").length === 3);
    expect(deaf.wrote.length).toBe(before);
    expect(deaf.failed.map(({ key }) => key.kind)).toEqual(deaf.failed.map(() => "ClusterRecord"));
    expect(heir.clusters()).toEqual(["c"]);
  });
});

interface Replica {
  /** Writes of it that took effect. */
  readonly wrote: Write[];
  readonly failed: readonly Write[];
  /** Those that it began while it slept. */
  readonly tried: readonly Write[];
  /** Names of those that it has written to. */
  clusters(): readonly string[];
  /** Without a word, as a process that is killed. */
  die(): Promise<void>;
  leave(): Promise<void>;
  /** From control only. */
  cutOff(): void;
  /** Its writes wait until it wakes. */
  sleep(): void;
  wake(): void;
}

interface WorldOptions {
  readonly url?: string;
  readonly compareMs?: number;
  readonly expiryMs?: number;
  readonly random?: () => number;
}

async function aWorld(options: WorldOptions = {}): Promise<World> {
  const bus = options.url === undefined ? connectBus({ url: nats.url, name: "control", log: silentLog }) : undefined;
  const control = await startFakeControl({ ...(bus && { bus }), expiryMs: options.expiryMs ?? 15_000 });
  const world = new World(control, bus, options);
  worlds.push(world);
  return world;
}

/** A target, a control, and the replicas between them. */
class World {
  readonly kube = new FakeKube();
  readonly control: FakeControl;
  refuse: (write: Write) => Failure | undefined = () => undefined;
  readonly #options: WorldOptions;
  readonly #bus: Bus | undefined;
  readonly #digest: string;
  readonly #stop = new AbortController();
  readonly #ends: (() => Promise<void>)[] = [];

  constructor(control: FakeControl, bus: Bus | undefined, options: WorldOptions) {
    this.control = control;
    this.#bus = bus;
    this.#options = options;
    this.#digest = control.publish(definition);
    void keepSettled(this.kube, this.#stop.signal);
  }

  /** Another replica; it knows that it lives when this resolves. */
  async join(): Promise<Replica> {
    const { url = nats.url, compareMs = 100, random = Math.random } = this.#options;
    const did = { wrote: [] as Write[], failed: [] as Write[], tried: [] as Write[] };
    let asleep: PromiseWithResolvers<void> | undefined;
    const kube = aroundWrites(this.kube, async (write, act) => {
      if (asleep) did.tried.push(write);
      await asleep?.promise;
      const refused = this.refuse(write);
      if (refused) throw refused;
      const done = await act().catch((error: unknown) => {
        did.failed.push(write);
        throw error;
      });
      did.wrote.push(write);
      return done;
    });
    const bus = connectBus({ url, name: "reconciler", log: silentLog });
    const channel = openChannel(this.control.address);
    const reconciler = new Reconciler({ target: "default", domain: "cluster.local", kube, bus, control: channel, log: silentLog, nowMs: () => performance.now(), wallClockMs: () => Date.now(), random, pace: { heartbeatMs: 100, compareMs } });
    await reconciler.start();
    await this.until("the replica to see", () => reconciler.checks().every(({ ok }) => ok));
    if (url === nats.url) await this.until("NATS", () => bus.connected());
    const end = once(() => endOf(reconciler, bus, channel));
    this.#ends.push(end);
    return {
      ...did,
      clusters: () => [...new Set(did.wrote.flatMap(({ key }) => (key.kind === "ClusterRecord" ? [key.name] : [])))],
      die: () => (channel.close(), end()),
      leave: end,
      cutOff: () => channel.close(),
      sleep: () => (asleep = Promise.withResolvers()),
      wake: () => {
        asleep?.resolve();
        asleep = undefined;
      },
    };
  }

  sources(name: string, members = 2): Sources {
    const app = { ...someSources().app, digest: this.#digest };
    return someSources({ uid: uidOf(name), name, app, spec: aSpec({ roles: { server: aRoleSpec({ members }) } }) });
  }

  status(name: string) {
    return this.control.statusOf(uidOf(name));
  }

  isReady(name: string): Promise<unknown> {
    return this.until(`${name} to be ready`, () => this.status(name)?.state === "ready");
  }

  names(kind: "Pod"): readonly string[] {
    return this.kube.all(kind).map(({ metadata }) => metadata.name).toSorted();
  }

  /** Control's row goes; resolves when every replica has compared since. */
  async forgets(name: string): Promise<void> {
    this.control.forget(uidOf(name));
    await this.compared();
  }

  /** Two comparisons have begun since, so one has ended. */
  async compared(): Promise<void> {
    const before = this.control.lists;
    await this.until("comparisons", () => this.control.lists >= before + 2);
  }

  async knowEachOther(): Promise<void> {
    await this.until("everybody to know everybody", () => this.control.isSettled);
  }

  until(what: string, isSo: () => unknown): Promise<true> {
    return until(() => (isSo() ? true : undefined), { what, timeoutMs: 20_000, everyMs: 5 });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#ends.map((end) => end()));
    this.#stop.abort(new Error("the test is over"));
    await this.control.stop();
    await this.#bus?.close();
  }
}

async function endOf(reconciler: Reconciler, bus: Bus, channel: Channel): Promise<void> {
  await reconciler.stop();
  await bus.close();
  channel.close();
}

function once<T>(act: () => Promise<T>): () => Promise<T> {
  let begun: Promise<T> | undefined;
  return () => (begun ??= act());
}

function uidOf(name: string): string {
  return `01900000-0000-7000-8000-${name.padStart(12, "0")}`;
}
