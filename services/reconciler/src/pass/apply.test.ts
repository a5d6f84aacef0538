import { Failure } from "@troupe/domain/failure";
import type { ObservedObject } from "@troupe/domain/life/observed";
import type { Change } from "@troupe/domain/render/diff";
import { clusterLabels } from "@troupe/domain/render/identity";
import type { KubeObject } from "@troupe/domain/render/manifest";
import { aCluster } from "@troupe/domain/testing";
import { describe, expect, it } from "vitest";
import { aroundWrites, type Write } from "../testing/around-writes.ts";
import { FakeKube } from "../testing/fake-kube.ts";
import { Replica } from "../testing/replica.ts";
import { apply } from "./apply.ts";

const cluster = aCluster();

describe("applying changes", () => {
  it("makes what pods need, then pods, then deletes, whatever the order of the list", async () => {
    const world = await aWorld([anObject("ConfigMap", "old"), anObject("Pod", "old")]);
    await apply(world.kube, world.cache, [world.deletion("Pod", "old"), create("Pod", "p"), world.deletion("ConfigMap", "old"), create("ConfigMap", "f"), create("ServiceAccount", "c"), create("Pod", "q")]);
    expect(world.done()).toEqual([["create ConfigMap f", "create ServiceAccount c"], ["create Pod p", "create Pod q"], ["delete ConfigMap old", "delete Pod old"]]);
  });

  it("shows every answer to the cache at once", async () => {
    const world = await aWorld([anObject("ConfigMap", "old")]);
    await apply(world.kube, world.cache, [create("Pod", "p"), { kind: "apply", object: { ...anObject("ConfigMap", "old"), data: { x: "2" } } }]);
    expect(world.seen()).toEqual(["ConfigMap old", "Pod p"]);
    expect(world.cache.seen(cluster).objects.find(({ name }) => name === "old")?.body).toMatchObject({ data: { x: "2" } });
  });

  it("tries all of a group before it fails, and then begins no other", async () => {
    const world = await aWorld();
    world.refuse = (write) => (write.key.name === "f" ? new Failure("denied", "no") : undefined);
    await expect(apply(world.kube, world.cache, [create("ConfigMap", "f"), create("Service", "s"), create("Pod", "p")])).rejects.toMatchObject({ kind: "denied" });
    expect(world.seen()).toEqual(["Service s"]);
  });

  it("refuses a kind that it does not know", async () => {
    const world = await aWorld();
    await expect(apply(world.kube, world.cache, [create("Deployment", "d")])).rejects.toMatchObject({ kind: "internal" });
  });
});

describe("a deletion", () => {
  it("that takes its time is seen as such", async () => {
    const world = await aWorld([{ ...anObject("Pod", "p"), spec: { nodeName: "n" } }]);
    await apply(world.kube, world.cache, [world.deletion("Pod", "p")]);
    expect(world.cache.seen(cluster).objects).toMatchObject([{ name: "p", deleting: true }]);
  });

  it("that is done is seen at once", async () => {
    const world = await aWorld([anObject("ConfigMap", "f")]);
    await apply(world.kube, world.cache, [world.deletion("ConfigMap", "f")]);
    expect(world.seen()).toEqual([]);
  });

  it("of what has gone already is well", async () => {
    const world = await aWorld([anObject("ConfigMap", "f")]);
    world.server.erase({ kind: "ConfigMap", namespace: "shop", name: "f" });
    await apply(world.kube, world.cache, [world.deletion("ConfigMap", "f")]);
    expect(world.seen()).toEqual([]);
  });

  it("never reaches another object of the name", async () => {
    const world = await aWorld([anObject("ConfigMap", "f")]);
    const deletion = world.deletion("ConfigMap", "f");
    world.server.erase({ kind: "ConfigMap", namespace: "shop", name: "f" });
    await world.server.create(anObject("ConfigMap", "f"));
    await apply(world.kube, world.cache, [deletion]);
    expect(world.server.all("ConfigMap")).toHaveLength(1);
  });

  it("that is refused is a failure", async () => {
    const world = await aWorld([anObject("ConfigMap", "f")]);
    world.refuse = () => new Failure("unavailable", "reset");
    await expect(apply(world.kube, world.cache, [world.deletion("ConfigMap", "f")])).rejects.toMatchObject({ kind: "unavailable" });
    expect(world.seen()).toEqual(["ConfigMap f"]);
  });
});

async function aWorld(there: readonly KubeObject[] = []) {
  const server = new FakeKube();
  for (const object of there) await server.create(object);
  const replica = new Replica(server);
  await replica.look();
  const groups: string[][] = [];
  let isOpen = false;
  const world = {
    server,
    cache: replica.cache,
    refuse: (_write: Write): Failure | undefined => undefined,
    /** Writes that began together, in order of their groups. */
    done: () => groups.map((group) => group.toSorted()),
    seen: () => world.cache.seen(cluster).objects.map(({ kind, name }) => `${kind} ${name}`).toSorted(),
    deletion(kind: string, name: string): Change {
      const object = world.cache.seen(cluster).objects.find((each): each is ObservedObject => each.kind === kind && each.name === name);
      if (object === undefined) throw new Error(`${kind} ${name} is not there`);
      return { kind: "delete", object };
    },
    kube: aroundWrites(server, async (write, act) => {
      if (!isOpen) groups.push([]);
      isOpen = true;
      groups.at(-1)?.push(`${write.verb} ${write.key.kind} ${write.key.name}`);
      await new Promise((resolve) => setImmediate(resolve));
      isOpen = false;
      const refused = world.refuse(write);
      if (refused) throw refused;
      return act();
    }),
  };
  return world;
}

function create(kind: string, name: string): Change {
  return { kind: "create", object: anObject(kind, name) };
}

function anObject(kind: string, name: string): KubeObject {
  return { apiVersion: "v1", kind, metadata: { name, namespace: "shop", labels: clusterLabels(cluster) } };
}
