import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { isErrno } from "@troupe/deploy/local/errno";
import { rootFolder } from "@troupe/deploy/local/folders";
import { until } from "@troupe/deploy/local/until";
import { type Hierarchy, removeGroup } from "./cgroups.ts";

/** All that a cluster has on this machine beside processes: a folder, and a cgroup of its name in each hierarchy. */
export interface Ground {
  readonly folder: string;
  readonly group: string;
}

/** Kept in the folder, for whoever cleans up after a crash. */
interface Note {
  readonly owner: { readonly pid: number; readonly startedAt: string };
  readonly groups: readonly string[];
}

const noteFile = "owner.json";

export async function makeGround(hierarchies: readonly Hierarchy[]): Promise<Ground> {
  const all = await allFolder();
  const unfinished = await mkdtemp(join(all, "unfinished-"));
  const id = basename(unfinished).slice("unfinished-".length);
  const group = `troupe-${id}`;
  const note: Note = {
    owner: { pid: process.pid, startedAt: (await startTimeOf(process.pid)) ?? "" },
    groups: hierarchies.map(({ folder }) => join(folder, group)),
  };
  await writeFile(join(unfinished, noteFile), JSON.stringify(note));
  const folder = join(all, id);
  await rename(unfinished, folder); // from now on it counts
  return { folder, group };
}

/** What those left behind that were killed with all that should have cleaned up after them. */
export async function sweepLeftovers(): Promise<void> {
  const all = await allFolder();
  for (const name of await readdir(all)) {
    if (name.startsWith("unfinished-")) continue;
    const note = await findNote(join(all, name));
    if (note !== undefined && (await startTimeOf(note.owner.pid)) !== note.owner.startedAt) await sweep(join(all, name));
  }
}

/**
 * Ends every process of a cluster, and removes what it has. All its processes were started in its folder, or are in a
 * process namespace whose first was; namespaces and mounts end with the processes in them. Two may do it at once, and it may be
 * broken off: the note goes last.
 */
export async function sweep(folder: string): Promise<void> {
  const note = await findNote(folder);
  if (note === undefined) return;
  await until(async () => ((await killProcessesIn(folder)) === 0 ? true : undefined), { what: `the processes in ${folder} to end`, timeoutMs: 20_000 });
  for (const group of note.groups) await removeGroup(group);
  for (const name of await readdir(folder)) if (name !== noteFile) await rm(join(folder, name), { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
}

/** Sweeps when this process dies, in whatever way: costs one waiting `sh`, as a leash does (deploy/local/leash.ts). */
export function sweepAtDeath(folder: string): { release(): void } {
  const script = `trap '' HUP INT QUIT TERM; read -r word || exec "$@"`;
  const keeper = spawn("/bin/sh", ["-c", script, "sweeper", process.execPath, join(import.meta.dirname, "sweep.ts"), folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
    cwd: "/",
    env: { PATH: process.env["PATH"] },
  });
  keeper.on("error", () => {});
  keeper.stdin.on("error", () => {});
  keeper.unref();
  return { release: () => keeper.stdin.end("done\n") };
}

async function allFolder(): Promise<string> {
  const folder = join(await rootFolder(), "real-nodes");
  await mkdir(folder, { recursive: true, mode: 0o711 });
  return folder;
}

/** None in a folder that somebody else has swept just now. */
async function findNote(folder: string): Promise<Note | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, noteFile), "utf8")) as Note;
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** In ticks since the machine was started: with the number it names a process for good. Nothing for one that has ended. */
export async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return state === "Z" ? undefined : rest[18];
}

/** → how many there were. */
async function killProcessesIn(folder: string): Promise<number> {
  const pids = await processesIn(folder);
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended just now.
    }
  }
  return pids.length;
}

export async function processesIn(folder: string): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).map(Number).filter((pid) => pid > 0 && pid !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => ""); // it has ended
      return cwd === folder || cwd.startsWith(`${folder}/`) ? [pid] : [];
    }),
  );
  return found.flat();
}
