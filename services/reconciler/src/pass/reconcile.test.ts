import type { JsonObject } from "@troupe/domain/json";
import { parseApp } from "@troupe/domain/language/app";
import { parseDocument } from "@troupe/domain/language/document";
import type { Sources } from "@troupe/domain/plan/sources";
import { annotation } from "@troupe/domain/render/identity";
import { aRoleSpec, aSpec, someSources } from "@troupe/domain/testing";
import { describe, expect, it } from "vitest";
import { kinds, type KindName } from "../kube/kinds.ts";
import type { Kube } from "../kube/kube.ts";
import { aroundWrites, dyingAt } from "../testing/around-writes.ts";
import { FakeKube, type Stored } from "../testing/fake-kube.ts";
import { Replica } from "../testing/replica.ts";
import { settle } from "../testing/settle.ts";

const app = parseApp(
  parseDocument(`
apiVersion: troupe.dev/v1
kind: App
metadata: {name: sample}
spec:
  version: "1.0.0"
  image: registry.example/sample:1
  user: 1000
  params: {mode: {type: string, default: calm}}
  secrets: {token: {generate: hex, bytes: 8}}
  env: {TOKEN: "\${{ secrets.token }}", MODE: "\${{ params.mode }}"}
  files: {/etc/sample/sample.conf: {text: "id=\${{ member.id }} of \${{ roles.first.count }}"}}
  volumes: {data: {path: /data, size: 1Gi}}
  roles:
    first: {members: 1..9, ports: {main: 4000}}
    second: {members: 1+, after: [first], idBase: 100}
`),
);

const small = someSources({ spec: aSpec({ roles: { first: aRoleSpec({ members: 2 }), second: aRoleSpec({ members: 1 }) } }) });
const large = withSpec(small, { roles: { first: aRoleSpec({ members: 3 }), second: aRoleSpec({ members: 2 }) } });
const otherwise = withSpec(small, { params: { mode: "wild" } });
const deleted: Sources = { ...small, version: 2, intent: { kind: "delete", deleteVolumes: false } };
const deletedWhole: Sources = { ...small, version: 2, intent: { kind: "delete", deleteVolumes: true } };
const heir: Sources = { ...someSources({ uid: "01900000-0000-7000-8000-00000000000b", name: "heir", spec: { ...small.spec, adopt: small.uid } }) };

interface Scenario {
  readonly name: string;
  /** What the target was brought to before, one after another. */
  readonly history: readonly Sources[];
  readonly wanted: Sources;
}

const scenarios: readonly Scenario[] = [
  { name: "creates a cluster", history: [], wanted: small },
  { name: "scales up", history: [small], wanted: large },
  { name: "scales down", history: [{ ...large, version: 1 }], wanted: { ...small, version: 2 } },
  { name: "updates", history: [small], wanted: otherwise },
  { name: "deletes a cluster", history: [small], wanted: deleted },
  { name: "deletes a cluster with its volumes", history: [small], wanted: deletedWhole },
  { name: "adopts what a deleted cluster left", history: [small, deleted], wanted: heir },
];

describe("a pass", () => {
  it("brings a cluster to Ready, and then leaves nothing to do", async () => {
    const kube = new FakeKube();
    const status = await converge(kube, small);
    expect(status).toMatchObject({ state: "ready", formed: true });
    const before = kube.writes.length;
    await converge(kube, small);
    expect(kube.writes).toHaveLength(before);
  });

  it("makes the namespace of a project's first cluster", async () => {
    const kube = new FakeKube({ namespaces: [] });
    await converge(kube, small);
    expect(kube.writes.filter((write) => write.includes("Namespace"))).toEqual(["create Namespace shop"]);
  });

  it("saves the record before anything else, and lets it go as the last", async () => {
    const kube = new FakeKube();
    await converge(kube, small);
    await converge(kube, deleted);
    expect(kube.writes[0]).toBe("create ClusterRecord c");
    expect(kube.writes.slice(-2)).toEqual(["delete ClusterRecord c", "patch ClusterRecord c"]);
  });

  it("reports a deleted cluster gone, and what was kept of it", async () => {
    const kube = await broughtTo([small]);
    const status = await converge(kube, deleted);
    expect(status).toMatchObject({ gone: true, kept: ["c-first-0-data-1", "c-first-1-data-1", "c-second-0-data-1", "c-secrets-00000001"] });
    expect(names(kube, "PersistentVolumeClaim")).toHaveLength(3);
  });

  it("goes on with the volumes and the secrets of a cluster that it adopts", async () => {
    const kube = await broughtTo([small, deleted]);
    const secret = { kind: "Secret", namespace: "shop", name: "c-secrets-00000001" } as const;
    const before = kube.get(secret);
    const status = await converge(kube, heir);
    expect(status).toMatchObject({ state: "ready" });
    expect(names(kube, "PersistentVolumeClaim")).toEqual(["c-first-0-data-1", "c-first-1-data-1", "c-second-0-data-1"]);
    expect(names(kube, "Secret")).toEqual([secret.name]);
    expect(kube.get(secret)?.["data"]).toEqual(before?.["data"]);
    expect(JSON.stringify(kube.get({ kind: "Pod", namespace: "shop", name: "heir-first-0" })?.["spec"])).toContain(secret.name);
  });

  it("asks the record who owns the cluster before it acts on one that an earlier owner wrote last", async () => {
    const kube = await broughtTo([small]);
    kube.erase({ kind: "Pod", namespace: "shop", name: "c-first-0" });
    const before = kube.writes.length;
    await converge(kube, small, { epoch: 2 });
    expect(kube.writes.slice(before, before + 2)).toEqual(["patch ClusterRecord c", "create Pod c-first-0"]);
  });
});

describe.each(["lost", "unanswered"] as const)("a process whose last write is %s", (last) => {
  it.each(scenarios)("leaves nothing that its successor could not go on from, when it $name", async (scenario) => {
    const { before, expected, wanted } = await played(scenario);
    for (let nth = 1; nth <= expected.writes.length; nth += 1) {
      const kube = before.copy();
      await expect(converge(kube, wanted, { epoch: 2, through: dyingAt(kube, nth, last) })).rejects.toThrow("the process is dead");
      await converge(kube, wanted, { epoch: 3 });
      expect(shapeOf(kube), `after write ${nth}`).toEqual(shapeOf(expected));
      expect(madeAndDeleted(kube), `after write ${nth}`).toEqual(madeAndDeleted(expected));
    }
  });
});

describe("processes that die at their second write, each and every one,", () => {
  it.each(scenarios)("get there one write at a time: when it $name", async (scenario) => {
    const { before: kube, expected, wanted } = await played(scenario);
    let lives = 1;
    // The first write of each may be to the record, which it asks whether it is the owner.
    while (await diesIn(converge(kube, wanted, { epoch: (lives += 1), through: dyingAt(kube, 2, "unanswered") }))) expect(lives).toBeLessThan(100);
    expect(shapeOf(kube)).toEqual(shapeOf(expected));
    expect(madeAndDeleted(kube)).toEqual(madeAndDeleted(expected));
  });
});

describe("an owner that slept while another took over, and goes on with what it had begun,", () => {
  it.each(scenarios)("changes nothing that stays: when it $name", async (scenario) => {
    const { before, expected, wanted } = await played(scenario);
    for (let nth = 1; nth <= expected.writes.length; nth += 1) {
      const kube = before.copy();
      const sleeper = asleepAt(kube, nth);
      const past = diesIn(converge(kube, wanted, { epoch: 2, through: sleeper.kube }));
      await sleeper.isAsleep;
      await converge(kube, wanted, { epoch: 3 });
      sleeper.wake();
      await past;
      await converge(kube, wanted, { epoch: 3 });
      expect(shapeOf(kube), `asleep at write ${nth}`).toEqual(shapeOf(expected));
    }
  });
});

describe("what an owner that slept through a cluster's deletion still makes of it", () => {
  it("goes again, and data stays as it was kept", async () => {
    const { writes } = await broughtTo([small]);
    for (let nth = 1; nth <= writes.length; nth += 1) {
      const kube = new FakeKube();
      const sleeper = asleepAt(kube, nth);
      const past = diesIn(converge(kube, small, { epoch: 2, through: sleeper.kube }));
      await sleeper.isAsleep;
      await converge(kube, deleted, { epoch: 3 });
      const kept = [...names(kube, "PersistentVolumeClaim"), ...names(kube, "Secret")];
      sleeper.wake();
      await past;
      expect(await converge(kube, deleted, { epoch: 3 })).toMatchObject({ gone: true, kept: expect.arrayContaining(kept) });
      expect(["Pod", "ClusterRecord", "ConfigMap", "Service"].flatMap((kind) => names(kube, kind as KindName)), `asleep at write ${nth}`).toEqual([]);
    }
  });
});

/** The scenario without any trouble: what was there before, and how it ends. */
async function played({ history, wanted }: Scenario) {
  const before = (await broughtTo(history)).copy();
  const expected = before.copy();
  await converge(expected, wanted, { epoch: 2 });
  return { before, expected, wanted };
}

interface How {
  readonly epoch?: number;
  /** The API as the process sees it. */
  readonly through?: Kube;
}

/** Passes of a new process, and the world between them, until nothing moves any more; answers with what was reported last. */
async function converge(kube: FakeKube, sources: Sources, { epoch = 1, through = kube }: How = {}) {
  const replica = new Replica(through, { epoch, isCertain: true });
  for (let round = 0; round < 60; round += 1) {
    const before = kube.writes.length;
    await replica.look();
    await replica.pass(sources, app);
    const moved = settle(kube);
    if (!moved && kube.writes.length === before && replica.status) return replica.status;
  }
  throw new Error(`does not converge: ${kube.writes.slice(-10).join(", ")}`);
}

async function broughtTo(history: readonly Sources[]): Promise<FakeKube> {
  const kube = new FakeKube();
  for (const sources of history) await converge(kube, sources);
  return kube;
}

async function diesIn(life: Promise<unknown>): Promise<boolean> {
  return life.then(() => false, () => true);
}

/** The API as an owner sees it that is stopped in the middle of its `nth` write, and goes on when it is woken. */
function asleepAt(kube: FakeKube, nth: number) {
  const asleep = Promise.withResolvers<void>();
  const awake = Promise.withResolvers<void>();
  let count = 0;
  const through = aroundWrites(kube, async (_write, act) => {
    count += 1;
    if (count >= nth) {
      asleep.resolve();
      await awake.promise;
    }
    return act();
  });
  return { kube: through, isAsleep: asleep.promise, wake: awake.resolve };
}

/** All that is there, without what differs from one target to another. */
function shapeOf(kube: FakeKube): unknown {
  return Object.values(kinds).flatMap(({ kind }) => kube.all(kind).map((object) => [`${kind} ${object.metadata.name}`, comparable(kind, object)] as const)).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function comparable(kind: KindName, object: Stored): object {
  const { uid: _uid, resourceVersion: _resourceVersion, ownerReferences, annotations, ...metadata } = object.metadata;
  const { [annotation.hash]: _hash, ...rest } = (annotations ?? {}) as JsonObject;
  const spec = kind === "ClusterRecord" ? { spec: { ...(object["spec"] as JsonObject), epoch: 0 } } : {};
  const data = kind === "Secret" ? { data: Object.keys(object["data"] as JsonObject) } : {};
  return { ...object, ...spec, ...data, metadata: { ...metadata, annotations: rest, isOwned: ownerReferences !== undefined } };
}

/** Nothing is made twice, and nothing goes that need not. */
function madeAndDeleted({ writes }: FakeKube): readonly string[] {
  return writes.filter((write) => /^(create|delete) /.test(write)).toSorted();
}

function names(kube: FakeKube, kind: KindName): readonly string[] {
  return kube.all(kind).map(({ metadata }) => metadata.name).toSorted();
}

function withSpec(sources: Sources, spec: Partial<Sources["spec"]>): Sources {
  return { ...sources, version: sources.version + 1, generation: sources.generation + 1, spec: { ...sources.spec, ...spec } };
}
