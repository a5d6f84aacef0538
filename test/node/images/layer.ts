import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chown, copyFile, cp, mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { cacheFolder } from "@troupe/deploy/local/folders";
import type { Say } from "@troupe/deploy/local/build-once";
import { fingerprintOf, filesOf, kubernetesProgram, requirementsOf } from "./fingerprint.ts";
import { addUser, installPackages, makeDebian } from "./debian.ts";
import { fetchDistribution, fetchJars } from "./jars.ts";
import { exists } from "@troupe/deploy/local/exists";
import { madeOnce, type Making } from "./made-once.ts";
import type { Layer } from "./recipe.ts";
import { inside, openWorkshop, pack, type Workshop } from "./workshop.ts";

export interface LayerFile {
  readonly tar: string;
  readonly digest: string;
  readonly bytes: number;
}

/** The layers that this one lies on, and itself, lowest first. They are kept, as several images share them. */
export async function sharedLayers(layer: Layer | undefined, say: Say): Promise<readonly LayerFile[]> {
  if (layer === undefined) return [];
  const below = await sharedLayers(layer.on, say);
  const folder = join(cacheFolder(), "images", `layer-${layer.name}-${await fingerprintOf(layer, say)}`);
  const tar = join(folder, "layer.tar");
  await madeOnce(folder, layer.name, say, async (unfinished, making) => {
    const made = await makeLayer(layer, below, join(unfinished, "layer.tar"), making);
    await writeFile(join(unfinished, "digest"), made.digest);
  });
  return [...below, { tar, digest: await readFile(join(folder, "digest"), "utf8"), bytes: (await stat(tar)).size }];
}

export async function makeLayer(layer: Layer, below: readonly LayerFile[], tar: string, making: Making): Promise<LayerFile> {
  if (layer.debian !== undefined) await makeDebian(layer.debian, tar, making);
  else await pack(await fill(layer, below, making), tar);
  return { tar, digest: await digestOf(tar), bytes: (await stat(tar)).size };
}

async function fill(layer: Layer, below: readonly LayerFile[], making: Making): Promise<Workshop> {
  const { user, packages, jars, distribution, python, kubernetes, links, folders, script } = layer;
  making.step("unpacking the layers below");
  const workshop = await openWorkshop(making, below.map(({ tar }) => tar));
  const at = (path: string) => join(workshop.added, path);
  if (user !== undefined && below.length > 0) await addUser(workshop, user);
  if (packages !== undefined) {
    making.step(`${packages.join(", ")} from Debian`);
    await installPackages(workshop, packages);
  }
  if (jars !== undefined) {
    making.step(`${jars.artifacts.join(", ")} from Maven`);
    await fetchJars(making, jars, at(jars.to));
  }
  if (distribution !== undefined) {
    making.step(`${distribution.artifact} from Maven`);
    await fetchDistribution(making, distribution.artifact, at(distribution.to));
  }
  if (python === true) await installPython(layer.name, workshop);
  if (kubernetes !== undefined) await place(await kubernetesProgram(making.step), at(kubernetes));
  if (await exists(filesOf(layer))) await cp(filesOf(layer), workshop.added, { recursive: true, verbatimSymlinks: true });
  for (const [path, target] of Object.entries(links ?? {})) {
    await mkdir(dirname(at(path)), { recursive: true });
    await symlink(target, at(path));
  }
  for (const folder of folders ?? []) {
    await mkdir(at(folder), { recursive: true });
    await chown(at(folder), user?.id ?? 0, user?.id ?? 0);
  }
  if (script !== undefined) await inside(workshop, script);
  return workshop;
}

async function installPython(name: string, workshop: Workshop): Promise<void> {
  workshop.making.step("packages from PyPI");
  await copyFile(requirementsOf(name), join(workshop.added, "requirements.txt"));
  // All that is needed is in the list, so nothing comes unpinned.
  await inside(workshop, "pip install --break-system-packages --no-deps --no-cache-dir --root-user-action=ignore -r /requirements.txt; rm /requirements.txt");
}

async function place(program: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await copyFile(program, path);
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return `sha256:${hash.digest("hex")}`;
}
