import type { JsonObject } from "@troupe/domain/json";
import { finalizer, label, managedBy } from "@troupe/domain/render/identity";
import type { KubeObject } from "@troupe/domain/render/manifest";
import { afterEach, describe, expect, test } from "vitest";
import type { KindName } from "../src/kube/kinds.ts";
import type { Kube, ObjectKey, WatchEvent } from "../src/kube/kube.ts";

/** Gives pages of two. */
export interface KubeUnderTest {
  readonly kube: Kube;
  /** An existing one that nobody else uses. */
  readonly namespace: string;
  /** Where they do not end by themselves. */
  endWatches(): void;
}

export interface Wish {
  /** How long a watch lives. */
  readonly watchSeconds?: number;
}

const ours = { [label.managedBy]: managedBy };

/** What everything above the seam relies on: run against the one in memory and a real API server. */
export function kubeContract(name: string, fresh: (wish?: Wish) => Promise<KubeUnderTest>): void {
  const stops: AbortController[] = [];
  afterEach(() => stops.splice(0).forEach((stop) => stop.abort(new Error("the test is over"))));

  describe(name, () => {
    test("answers a creation with what is stored, and refuses a second one", async () => {
      const { kube, namespace } = await fresh();
      const made = metadataOf(await kube.create(aConfigMap(namespace, "a")));
      expect(made).toMatchObject({ name: "a", namespace, uid: expect.any(String), resourceVersion: expect.stringMatching(/^\d+$/) });
      expect(made).not.toHaveProperty("managedFields");
      await expect(kube.create(aConfigMap(namespace, "a"))).rejects.toMatchObject({ kind: "already_exists" });
    });

    test("refuses what it cannot store", async () => {
      const { kube, namespace } = await fresh();
      await expect(kube.create(aConfigMap(namespace, "Not_A_Name"))).rejects.toMatchObject({ kind: "invalid" });
    });

    test("says when it is the namespace that is missing", async () => {
      const { kube } = await fresh();
      await expect(kube.create(aConfigMap("nowhere", "a"))).rejects.toMatchObject({ kind: "not_found", facts: { resource: "namespaces" } });
      await expect(kube.apply(aConfigMap("nowhere", "a"))).rejects.toMatchObject({ kind: "not_found", facts: { resource: "namespaces" } });
    });

    test("counts resource versions upwards, over every write of whatever kind", async () => {
      const { kube, namespace } = await fresh();
      const answers = [await kube.create(aConfigMap(namespace, "a")), await kube.create(aRecord(namespace, "r")), await kube.apply(aConfigMap(namespace, "a", { x: "2" })), await kube.patch(keyOf("ClusterRecord", namespace, "r"), { spec: { epoch: 2 } })];
      const versions = answers.map((answer) => Number(metadataOf(answer).resourceVersion));
      expect(versions).toEqual(versions.toSorted((a, b) => a - b));
      expect(new Set(versions).size).toBe(4);
    });

    test("an apply creates what is not there, and changes what is", async () => {
      const { kube, namespace } = await fresh();
      expect(await kube.apply(aConfigMap(namespace, "a", { x: "1" }))).toMatchObject({ data: { x: "1" } });
      expect(await kube.apply(aConfigMap(namespace, "a", { x: "2" }))).toMatchObject({ data: { x: "2" } });
    });

    test("an apply takes away what was applied before, and leaves what came otherwise", async () => {
      const { kube, namespace } = await fresh();
      await kube.create(aConfigMap(namespace, "a", { created: "1" }));
      await kube.apply(aConfigMap(namespace, "a", { x: "1", y: "1" }));
      expect((await kube.apply(aConfigMap(namespace, "a", { x: "1" })))["data"]).toEqual({ created: "1", x: "1" });
    });

    test("an apply takes back a field that somebody else has changed", async () => {
      const { kube, namespace } = await fresh();
      await kube.apply(aConfigMap(namespace, "a", { x: "1" }));
      await kube.patch(keyOf("ConfigMap", namespace, "a"), { data: { x: "theirs" } });
      expect(await kube.apply(aConfigMap(namespace, "a", { x: "1" }))).toMatchObject({ data: { x: "1" } });
    });

    test("a write that changes nothing is no new version", async () => {
      const { kube, namespace } = await fresh();
      const first = metadataOf(await kube.apply(aConfigMap(namespace, "a", { x: "1" })));
      expect(metadataOf(await kube.apply(aConfigMap(namespace, "a", { x: "1" })))).toEqual(first);
      expect(metadataOf(await kube.patch(keyOf("ConfigMap", namespace, "a"), { data: { x: "1" } }))).toEqual(first);
    });

    test("a patch merges, and null takes away", async () => {
      const { kube, namespace } = await fresh();
      await kube.create(aRecord(namespace, "r", { roles: { a: { firstSet: [0], formed: false }, b: { firstSet: [1] } } }));
      const answer = await kube.patch(keyOf("ClusterRecord", namespace, "r"), { spec: { roles: { a: { firstSet: [1, 2] }, b: null } } });
      expect(answer).toMatchObject({ spec: { epoch: 1 } });
      expect((answer["spec"] as JsonObject)["roles"]).toEqual({ a: { firstSet: [1, 2], formed: false } });
    });

    test("a patch that names another resource version is refused", async () => {
      const { kube, namespace } = await fresh();
      const { resourceVersion } = metadataOf(await kube.create(aRecord(namespace, "r")));
      const swap = (epoch: number) => kube.patch(keyOf("ClusterRecord", namespace, "r"), { metadata: { resourceVersion }, spec: { epoch } });
      expect(await swap(2)).toMatchObject({ spec: { epoch: 2 } });
      await expect(swap(3)).rejects.toMatchObject({ kind: "conflict" });
    });

    test("what is not there is neither patched nor deleted", async () => {
      const { kube, namespace } = await fresh();
      await expect(kube.patch(keyOf("ClusterRecord", namespace, "r"), { spec: { epoch: 2 } })).rejects.toMatchObject({ kind: "not_found", facts: { resource: "clusterrecords" } });
      await expect(kube.remove(keyOf("ConfigMap", namespace, "a"), { uid: "u" })).rejects.toMatchObject({ kind: "not_found", facts: { resource: "configmaps" } });
    });

    test("deletes only what is meant", async () => {
      const { kube, namespace } = await fresh();
      const { uid } = metadataOf(await kube.create(aConfigMap(namespace, "a")));
      await expect(kube.remove(keyOf("ConfigMap", namespace, "a"), { uid: "another" })).rejects.toMatchObject({ kind: "conflict" });
      expect(await kube.remove(keyOf("ConfigMap", namespace, "a"), { uid })).toMatchObject({ kind: "Status" });
      await expect(kube.patch(keyOf("ConfigMap", namespace, "a"), {})).rejects.toMatchObject({ kind: "not_found" });
    });

    test("what has a finalizer is there until that is off, and keeps its name", async () => {
      const { kube, namespace } = await fresh();
      const key = keyOf("ClusterRecord", namespace, "r");
      const uid = metadataOf(await kube.create(aRecord(namespace, "r"))).uid;
      expect(metadataOf(await kube.remove(key, { uid }))).toMatchObject({ uid, deletionTimestamp: expect.any(String) });
      await expect(kube.create(aRecord(namespace, "r"))).rejects.toMatchObject({ kind: "already_exists" });
      expect(await kube.remove(key, { uid })).toMatchObject({ kind: "ClusterRecord" });
      await kube.patch(key, { metadata: { uid, finalizers: null } });
      await expect(kube.patch(key, { metadata: { uid, finalizers: null } })).rejects.toMatchObject({ kind: "not_found" });
    });

    test("a patch that means another of the name is refused", async () => {
      const { kube, namespace } = await fresh();
      await kube.create(aRecord(namespace, "r"));
      await expect(kube.patch(keyOf("ClusterRecord", namespace, "r"), { metadata: { uid: "another", finalizers: null } })).rejects.toMatchObject({ kind: "invalid" });
    });

    test("a pod that is on no node goes at once, and is the answer", async () => {
      const { kube, namespace } = await fresh();
      const uid = metadataOf(await kube.create(aPod(namespace, "p"))).uid;
      expect(metadataOf(await kube.remove(keyOf("Pod", namespace, "p"), { uid }))).toMatchObject({ uid, deletionTimestamp: expect.any(String) });
      await expect(kube.remove(keyOf("Pod", namespace, "p"), { uid })).rejects.toMatchObject({ kind: "not_found" });
    });

    test("lists what is ours in pages, all of one moment", async () => {
      const { kube, namespace } = await fresh();
      for (const each of ["a", "b", "c"]) await kube.create(aConfigMap(namespace, each));
      await kube.create({ ...aConfigMap(namespace, "foreign"), metadata: { name: "foreign", namespace } });
      const { signal } = new AbortController();
      const first = await kube.list("ConfigMap", undefined, signal);
      await kube.create(aConfigMap(namespace, "d"));
      const items = [...first.items];
      for (let at = first.continueAt; at !== undefined; ) {
        const page = await kube.list("ConfigMap", at, signal);
        expect(page.resourceVersion).toBe(first.resourceVersion);
        items.push(...page.items);
        at = page.continueAt;
      }
      expect(first.items).toHaveLength(2);
      expect(namesIn(items, namespace)).toEqual(["a", "b", "c"]);
    });

    test("shows no values of Secrets, neither in a list nor in a watch", async () => {
      const { kube, namespace } = await fresh();
      const watching = await watch(kube, "Secret");
      await kube.create({ apiVersion: "v1", kind: "Secret", metadata: { name: "s", namespace, labels: ours }, stringData: { password: "x" } });
      const { items } = await kube.list("Secret", undefined, new AbortController().signal);
      const [event] = await watching.until(namespace, 1);
      expect(items.filter((item) => metadataOf(item).namespace === namespace).map((item) => [metadataOf(item).name, "data" in item])).toEqual([["s", false]]);
      expect(event?.object["metadata"]).toMatchObject({ name: "s", labels: ours });
      expect(event?.object).not.toHaveProperty("data");
    });

    test("watches what is ours: everything after a version, in order", async () => {
      const { kube, namespace } = await fresh();
      const { resourceVersion: from } = await kube.list("ConfigMap", undefined, new AbortController().signal);
      const { uid } = metadataOf(await kube.create(aConfigMap(namespace, "a")));
      await kube.create({ ...aConfigMap(namespace, "foreign"), metadata: { name: "foreign", namespace } });
      const watching = await watch(kube, "ConfigMap", from);
      await kube.apply(aConfigMap(namespace, "a", { x: "2" }));
      await kube.remove(keyOf("ConfigMap", namespace, "a"), { uid });
      const events = await watching.until(namespace, 3);
      expect(events.map(({ kind, object }) => [kind, metadataOf(object).name])).toEqual([["put", "a"], ["put", "a"], ["gone", "a"]]);
      expect(events[2]?.object).toMatchObject({ data: { x: "2" } });
      const versions = events.map(({ object }) => Number(metadataOf(object).resourceVersion));
      expect(versions).toEqual(versions.toSorted((a, b) => a - b));
      expect(new Set(versions).size).toBe(3);
    });

    test("what loses our label is gone to a watch", async () => {
      const { kube, namespace } = await fresh();
      await kube.create(aConfigMap(namespace, "a"));
      const watching = await watch(kube, "ConfigMap");
      await kube.patch(keyOf("ConfigMap", namespace, "a"), { metadata: { labels: { [label.managedBy]: null } } });
      const [event] = await watching.until(namespace, 1);
      expect([event?.kind, metadataOf(event?.object).name]).toEqual(["gone", "a"]);
    });

    test("a watch that was ended in its time goes on with another, from where it was", async () => {
      const { kube, namespace, endWatches } = await fresh({ watchSeconds: 1 });
      const watching = await watch(kube, "ConfigMap");
      await kube.create(aConfigMap(namespace, "a"));
      const [event] = await watching.until(namespace, 1);
      endWatches();
      await watching.toTheEnd();
      await kube.create(aConfigMap(namespace, "b"));
      const next = await watch(kube, "ConfigMap", metadataOf(event?.object).resourceVersion);
      expect((await next.until(namespace, 1)).map(({ object }) => metadataOf(object).name)).toEqual(["b"]);
    });

    test("refuses a watch from too long ago", async () => {
      const { kube } = await fresh();
      const watching = await watch(kube, "ClusterRecord", "1");
      await expect(watching.toTheEnd()).rejects.toMatchObject({ kind: "too_old" });
    });

    test("a watch that is given up throws its signal's reason", async () => {
      const { kube } = await fresh();
      const watching = await watch(kube, "ServiceAccount");
      const ended = watching.toTheEnd();
      stops.at(-1)?.abort(new Error("enough"));
      await expect(ended).rejects.toThrow("enough");
    });
  });

  /** Resolves when the server has accepted it; from now on where no version is given. */
  async function watch(kube: Kube, kind: KindName, from?: string): Promise<Watching> {
    const stop = new AbortController();
    stops.push(stop);
    const version = from ?? (await kube.list(kind, undefined, stop.signal)).resourceVersion;
    const batches = kube.watch(kind, version, stop.signal)[Symbol.asyncIterator]();
    expect(await batches.next()).toEqual({ done: false, value: [] });
    return new Watching(batches);
  }
}

type ObjectEvent = Exclude<WatchEvent, { readonly kind: "bookmark" }>;

class Watching {
  readonly #batches: AsyncIterator<readonly WatchEvent[]>;

  constructor(batches: AsyncIterator<readonly WatchEvent[]>) {
    this.#batches = batches;
  }

  /** That many events of objects in the namespace. */
  async until(namespace: string, count: number): Promise<readonly ObjectEvent[]> {
    const events: ObjectEvent[] = [];
    while (events.length < count) {
      const batch = await this.#batches.next();
      if (batch.done) throw new Error(`the watch ended after ${events.length} events`);
      events.push(...batch.value.flatMap((event) => (event.kind !== "bookmark" && metadataOf(event.object).namespace === namespace ? [event] : [])));
    }
    return events;
  }

  async toTheEnd(): Promise<readonly WatchEvent[]> {
    const events: WatchEvent[] = [];
    for (let batch = await this.#batches.next(); !batch.done; batch = await this.#batches.next()) events.push(...batch.value);
    return events;
  }
}

interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

function metadataOf(object: JsonObject | undefined): Metadata {
  return object?.["metadata"] as unknown as Metadata;
}

function namesIn(items: readonly JsonObject[], namespace: string): readonly string[] {
  return items.map(metadataOf).filter((metadata) => metadata.namespace === namespace).map(({ name }) => name).toSorted();
}

function keyOf(kind: KindName, namespace: string, name: string): ObjectKey {
  return { kind, namespace, name };
}

function aConfigMap(namespace: string, name: string, data: Readonly<Record<string, string>> = { x: "1" }): KubeObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace, labels: ours }, data };
}

function aPod(namespace: string, name: string): KubeObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace, labels: ours }, spec: { containers: [{ name: "main", image: "registry.example/none:1" }] } };
}

function aRecord(namespace: string, name: string, spec: JsonObject = {}): KubeObject {
  const empty = { uid: "u", project: "p", version: 1, epoch: 1, app: "a", formed: false, ordersDone: [], roles: {}, members: {} };
  return { apiVersion: "troupe.dev/v1", kind: "ClusterRecord", metadata: { name, namespace, labels: ours, finalizers: [finalizer] }, spec: { ...empty, ...spec } };
}
