import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cluster } from "@troupe/proto/troupe/v1/cluster";
import { parse } from "yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./world/eventually.ts";
import { pods } from "./world/kube.ts";
import { apply, publishCatalogue } from "./world/steps.ts";
import { startWorld, type World } from "./world/world.ts";

const catalog = join(import.meta.dirname, "../deploy/catalog");
const apps = readdirSync(catalog);

let world: World;
const clusters = new Map<string, string>();
beforeAll(async () => {
  world = await startWorld();
  await publishCatalogue(world);
  for (const app of apps) {
    const { cluster } = await apply(world, await readFile(join(catalog, app, "cluster.yaml"), "utf8"));
    clusters.set(app, cluster?.name ?? "");
  }
});
afterAll(() => world?.stop());

/** Everything has been done that can be: what is left waits for hooks, which cannot run yet, and is said to. */
function isAsFarAsItGets({ status, generation }: Cluster): boolean {
  const isSeen = (status?.observedGeneration ?? 0n) >= generation && (status?.members.length ?? 0) > 0;
  const waits = status?.waiting ?? [];
  if (status?.members.some(({ podUid, ready }) => podUid !== "" && !ready)) return false;
  const isReady = status?.conditions.some(({ type, status: holds }) => type === "Ready" && holds === 1) ?? false;
  return isSeen && (isReady || (waits.length > 0 && waits.every(({ reason }) => reason === "HooksPending" || reason === "WaitingForRole")));
}

/** The definition has something that cannot be done yet: hooks but `peers: restart`, standings, healthy. */
function asksForMore(text: string): boolean {
  return asks(parse(text) as unknown);
}

function asks(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, inner]) => key === "standing" || key === "healthy" || (key === "hooks" && JSON.stringify(inner) !== '{"peers":"restart"}') || asks(inner));
}

describe("every application of the catalogue, all at the same time on simulated nodes", () => {
  test.each(apps)("%s runs as far as it can without hooks", { timeout: 180_000 }, async (app) => {
    const name = clusters.get(app) ?? "";
    const cluster = await eventually(`${app} is as far as it gets`, async () => {
      const found = await world.clusters.get({ name });
      return isAsFarAsItGets(found) ? found : undefined;
    }, 150_000);
    const [, project = "", , short = ""] = name.split("/");
    const running = await pods(world, project, short);
    expect(running.length).toBeGreaterThan(0);
    expect(running.every((pod) => pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True"))).toBe(true);
    const { conditions = [], state } = cluster.status ?? {};
    const isPending = conditions.some(({ type }) => type === "HooksPending");
    // Never a false Ready: whoever waits for a hook is not.
    expect(state === 3).toBe(!cluster.status?.waiting.some(({ reason }) => reason === "HooksPending"));
    expect(isPending).toBe(asksForMore(await readFile(join(catalog, app, "app.yaml"), "utf8")));
  });
});
