import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { Say } from "@troupe/deploy/local/build-once";
import { kubernetesPrograms } from "@troupe/deploy/local/programs";
import { exists } from "@troupe/deploy/local/exists";
import type { Layer } from "./recipe.ts";

/** To be raised when the code makes something else of the same recipes. */
const way = 1;

export const filesOf = ({ name }: Layer) => join(import.meta.dirname, "files", name);
export const requirementsOf = (name: string) => join(import.meta.dirname, "requirements", `${name}.txt`);

/** Built from its modules where it was not before; the path changes with what it is built from. */
export async function kubernetesProgram(say: Say): Promise<string> {
  return (await kubernetesPrograms(undefined, { say })).etcd.command;
}

/** Changes with everything of ours that decides what is in a layer and below it. */
export async function fingerprintOf(layer: Layer, say: Say): Promise<string> {
  const { on, ...own } = layer;
  const hash = createHash("sha256").update(`${way} ${JSON.stringify(own, sorted)}\n`);
  if (on !== undefined) hash.update(await fingerprintOf(on, say));
  if (layer.python === true) hash.update(await readFile(requirementsOf(layer.name)));
  if (layer.kubernetes !== undefined) hash.update(await kubernetesProgram(say));
  for await (const part of contents(filesOf(layer))) hash.update(part);
  return hash.digest("hex").slice(0, 10);
}

function sorted(_: string, value: unknown): unknown {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
}

async function* contents(folder: string): AsyncGenerator<string | Buffer> {
  const entries = (await exists(folder)) ? await readdir(folder, { recursive: true }) : [];
  for (const entry of entries.sort()) {
    const file = join(folder, entry);
    const status = await lstat(file);
    yield `\n${entry} ${status.mode.toString(8)}\n`;
    if (status.isSymbolicLink()) yield await readlink(file);
    else if (status.isFile()) yield await readFile(file);
  }
}
