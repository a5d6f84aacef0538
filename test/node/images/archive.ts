import { createHash } from "node:crypto";
import { link, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LayerFile } from "./layer.ts";
import { architecture } from "./machine.ts";
import type { Making } from "./made-once.ts";
import type { Recipe } from "./recipe.ts";
import { run } from "./run.ts";

/** Writes an OCI archive: https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md. Layers are not compressed: it never leaves the machine. */
export async function writeArchive(file: string, reference: string, recipe: Recipe, layers: readonly LayerFile[], making: Making): Promise<void> {
  making.step(`writing ${reference}`);
  const layout = join(making.scratch, "layout");
  const blobs = join(layout, "blobs/sha256");
  await mkdir(blobs, { recursive: true });
  const addJson = async (value: unknown, mediaType: string) => {
    const text = JSON.stringify(value);
    const hex = createHash("sha256").update(text).digest("hex");
    await writeFile(join(blobs, hex), text);
    return { mediaType, digest: `sha256:${hex}`, size: Buffer.byteLength(text) };
  };
  for (const { tar, digest } of layers) await link(tar, join(blobs, digest.slice("sha256:".length)));
  const platform = { architecture: architecture(), os: "linux" };
  const config = await addJson({ ...platform, config: configOf(recipe), rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) } }, `${oci}.config.v1+json`);
  const manifest = await addJson({ schemaVersion: 2, mediaType: `${oci}.manifest.v1+json`, config, layers: layers.map(descriptorOf) }, `${oci}.manifest.v1+json`);
  const annotations = { "io.containerd.image.name": reference, "org.opencontainers.image.ref.name": reference.slice(reference.lastIndexOf(":") + 1) };
  await writeFile(join(layout, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, platform, annotations }] }));
  await writeFile(join(layout, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  await run(making, "tar", ["-C", layout, "-cf", file, "oci-layout", "index.json", "blobs"]);
}

const oci = "application/vnd.oci.image";

function descriptorOf({ digest, bytes }: LayerFile) {
  return { mediaType: `${oci}.layer.v1.tar`, digest, size: bytes };
}

function configOf({ user, path, env, entrypoint, command, workingFolder }: Recipe) {
  const folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", ...(path === undefined ? [] : [path])];
  const variables = { PATH: folders.join(":"), ...env };
  return {
    User: user === undefined ? "" : String(user.id),
    Env: Object.entries(variables).map(([name, value]) => `${name}=${value}`),
    ...(entrypoint && { Entrypoint: entrypoint }),
    ...(command && { Cmd: command }),
    ...(workingFolder && { WorkingDir: workingFolder }),
  };
}
