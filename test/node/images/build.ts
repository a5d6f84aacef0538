import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "@troupe/deploy/local/folders";
import { writeArchive } from "./archive.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { makeLayer, sharedLayers } from "./layer.ts";
import { prepareMachine } from "./machine.ts";
import { exists } from "@troupe/deploy/local/exists";
import { madeOnce, type Making } from "./made-once.ts";
import type { Recipe } from "./recipe.ts";
import { recipes } from "./recipes/recipes.ts";

export interface Image {
  /** What a Cluster's `image` says: troupe.local/<application>:<version>. */
  readonly reference: string;
  /** An OCI archive, as `ctr images import` takes it. */
  readonly archive: string;
}

/** The image of an application; made from packages where it was not before, which takes root and minutes. */
export async function buildImage(application: string): Promise<Image> {
  const recipe = recipes[application];
  if (recipe === undefined) throw new Error(`there is no recipe for ${application}, but for ${Object.keys(recipes).join(", ")}`);
  const folder = join(cacheFolder(), "images", `${application}-${await fingerprintOf(recipe, say)}`);
  if (!(await exists(folder))) {
    await prepareMachine(say);
    const below = await sharedLayers(recipe.on, say);
    await madeOnce(folder, application, say, async (unfinished, making) => {
      const own = await makeLayer(recipe, below, join(making.scratch, "layer.tar"), making);
      const reference = `troupe.local/${application}:${await versionOf(recipe, making)}`;
      await writeFile(join(unfinished, "reference"), reference);
      await writeArchive(join(unfinished, "image.tar"), reference, recipe, [...below, own], making);
    });
  }
  return { reference: await readFile(join(folder, "reference"), "utf8"), archive: join(folder, "image.tar") };
}

async function versionOf({ version }: Recipe, { scratch }: Making): Promise<string> {
  if (typeof version === "string") return version;
  const installed = await readFile(join(scratch, "added/var/lib/dpkg/status"), "utf8");
  const found = new RegExp(`^Package: ${version.ofPackage}\\n(?:.+\\n)*?Version: (?:\\d+:)?([\\d.]+)`, "m").exec(installed)?.[1];
  if (found === undefined) throw new Error(`${version.ofPackage} is not installed in the layer`);
  return found;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

// By hand: node test/node/images/build.ts NAME…
if (import.meta.main) {
  for (const name of process.argv.slice(2)) {
    const { reference, archive } = await buildImage(name);
    console.log(`${reference} ${archive}`);
  }
}
