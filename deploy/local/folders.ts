import { createHash, randomUUID } from "node:crypto";
import { lstat, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { homedir, tmpdir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import { isErrno } from "./errno.ts";

/** Where things are kept that can be made again: what was built. One per user, shared by all work trees. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const xdg = env.XDG_CACHE_HOME;
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), ".cache"), "troupe");
}

/** Where the data of `npm start` lives. */
export interface StateFolders {
  readonly state: string;
  /** As root another place: PostgreSQL refuses to run as root, and its user cannot reach into root's folders. */
  readonly postgres: string;
}

export async function stateFolders(state: string): Promise<StateFolders> {
  const made = await mkdir(state, { recursive: true, mode: 0o700 });
  if (!isRoot()) return { state, postgres: join(state, "postgres") };
  return { state, postgres: join(await rootFolder(), await keyOf(state, made !== undefined), "postgres") };
}

/**
 * Of what lies outside the folder and belongs to it. It is written into the folder, so that whoever removes that and begins anew in
 * its place does not find half of what was there before. Folders of earlier versions have none, and go by their path.
 */
async function keyOf(state: string, isNew: boolean): Promise<string> {
  const file = join(state, "key");
  const key = isNew ? randomUUID() : createHash("sha256").update(state).digest("hex").slice(0, 12);
  try {
    await writeFile(file, key, { flag: "wx" });
    return key;
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
    return readFile(file, "utf8");
  }
}

/** A new folder for data that is thrown away; as root one that the user of PostgreSQL can reach into. */
export async function scratchFolder(name: string): Promise<string> {
  return mkdtemp(join(isRoot() ? await rootFolder() : tmpdir(), `troupe-${name}-`));
}

export function isRoot(): boolean {
  return userInfo().uid === 0;
}

/** Root's folder that others may pass through. Everyone may write beside it, so it is used only if nobody else made it. */
export async function rootFolder(): Promise<string> {
  const folder = "/var/tmp/troupe-root";
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const found = await lstat(folder);
  const ours = found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0;
  if (!ours) throw new Error(`${folder} must be a folder of root that nobody else can write to; remove it and start again`);
  return folder;
}
