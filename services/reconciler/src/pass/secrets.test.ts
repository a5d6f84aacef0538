import { clusterLabels } from "@troupe/domain/render/identity";
import type { WantedSecret } from "@troupe/domain/render/secrets";
import { aCluster } from "@troupe/domain/testing";
import { describe, expect, it } from "vitest";
import { FakeKube } from "../testing/fake-kube.ts";
import { Replica } from "../testing/replica.ts";
import { generate, makeSecret } from "./secrets.ts";

const cluster = aCluster();
const key = { kind: "Secret", namespace: "shop", name: "c-secrets" } as const;
const wanted: WantedSecret = { name: key.name, namespace: key.namespace, labels: clusterLabels(cluster), values: { token: { generate: "hex", bytes: 8 }, password: { generate: "password", length: 20 } } };

describe("the Secret of generated values", () => {
  it("is made once, and then left as it is", async () => {
    const kube = new FakeKube();
    const { cache } = await looking(kube);
    await makeSecret(kube, cache, wanted, cache.seen(cluster));
    const made = kube.get(key);
    await makeSecret(kube, cache, wanted, cache.seen(cluster));
    expect(kube.get(key)).toEqual(made);
    expect(kube.writes).toEqual(["create Secret c-secrets"]);
    expect(Object.keys(made?.["data"] as object)).toEqual(["token", "password"]);
  });

  it("is left as it is where an earlier owner has made it unseen", async () => {
    const kube = new FakeKube();
    const { cache } = await looking(kube);
    await makeSecret(kube, (await looking(kube)).cache, wanted, cache.seen(cluster));
    const made = kube.get(key);
    await makeSecret(kube, cache, wanted, cache.seen(cluster));
    expect(kube.get(key)).toEqual(made);
  });

  it("is seen without its values", async () => {
    const kube = new FakeKube();
    const { cache } = await looking(kube);
    await makeSecret(kube, cache, wanted, cache.seen(cluster));
    const { secrets, objects } = cache.seen(cluster);
    expect([...secrets]).toEqual([key.name]);
    const values = Object.values(kube.get(key)?.["data"] as Record<string, string>);
    for (const value of values) expect(JSON.stringify(objects)).not.toContain(value);
  });

  it("is of the kind that is asked for", () => {
    expect(generate({ generate: "password", length: 24 })).toMatch(/^[A-Za-z0-9]{24}$/);
    expect(generate({ generate: "hex", bytes: 8 })).toMatch(/^[0-9a-f]{16}$/);
    expect(generate({ generate: "uuid" })).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(generate({ generate: "base64url", bytes: 16 })).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it("never begins with a dash, which programs take for an option", () => {
    for (let times = 0; times < 1_000; times += 1) expect(generate({ generate: "base64url", bytes: 3 })).not.toMatch(/^-/);
  });

  it("is another each time", () => {
    expect(generate({ generate: "hex", bytes: 16 })).not.toBe(generate({ generate: "hex", bytes: 16 }));
  });
});

async function looking(kube: FakeKube): Promise<Replica> {
  const replica = new Replica(kube);
  await replica.look();
  return replica;
}
