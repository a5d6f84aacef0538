import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Cluster, ClusterChange } from "@troupe/proto/troupe/v1/cluster";
import type { Product } from "./product.ts";

/** What tests do over and over, each through the public API. */

const catalog = join(import.meta.dirname, "../../deploy/catalog");

/** Publishes every definition of the catalogue. */
export async function publishCatalogue(world: Pick<Product, "apps" | "clusters">): Promise<void> {
  for (const app of await readdir(catalog)) await world.apps.publish({ parent: "", requestId: "", validateOnly: false, manifest: await catalogueManifest(app) });
}

/** A definition of the catalogue with its package. */
export async function catalogueManifest(app: string) {
  const folder = join(catalog, app);
  const text = await readFile(join(folder, "app.yaml"), "utf8");
  const files = /^ {2}package: \.\/scripts$/m.test(text) ? await readdir(join(folder, "scripts")) : [];
  const contents = await Promise.all(files.map(async (file) => [file, await readFile(join(folder, "scripts", file), "utf8")] as const));
  return { ...manifestOf(text), package: Object.fromEntries(contents) };
}

/** As `troupe apply` does with one Cluster document. */
export async function apply(world: Pick<Product, "apps" | "clusters">, text: string): Promise<ClusterChange> {
  return world.clusters.update({
    name: "",
    source: { $case: "manifest", value: manifestOf(text) },
    updateMask: undefined,
    allowMissing: true,
    etag: "",
    requestId: "",
    validateOnly: false,
  });
}

export async function scale(world: Pick<Product, "apps" | "clusters">, name: string, role: string, members: number): Promise<ClusterChange> {
  return world.clusters.scale({ name, role, members, etag: "", requestId: "", validateOnly: false });
}

/** Marks a cluster for deletion; volumes are kept. */
export async function remove(world: Pick<Product, "apps" | "clusters">, name: string): Promise<ClusterChange> {
  return world.clusters.delete({ name, volumes: 0, confirm: "", etag: "", requestId: "", validateOnly: false, allowMissing: false });
}

/** The cluster once it is Ready at its present generation. */
export async function ready(world: Pick<Product, "apps" | "clusters">, name: string, seconds = 120): Promise<Cluster> {
  return done(world, name, 1, seconds);
}

export async function deleted(world: Pick<Product, "apps" | "clusters">, name: string, seconds = 120): Promise<void> {
  await done(world, name, 2, seconds);
}

async function done(world: Pick<Product, "apps" | "clusters">, name: string, until: 1 | 2, seconds: number): Promise<Cluster> {
  const answer = await world.clusters.wait({ name, until, timeout: { seconds: BigInt(seconds), nanos: 0 }, generation: 0n }, { deadlineMs: (seconds + 5) * 1000 });
  if (!answer.done) throw new Error(`${name} is not ${until === 1 ? "ready" : "deleted"}: ${JSON.stringify(answer.cluster?.status, textOfBigint)}`);
  return answer.cluster as Cluster;
}

function textOfBigint(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

export function manifestOf(text: string, file = "") {
  return { text, file, firstLine: 0, package: {} };
}
