import { readdir, readFile, readlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { findHierarchies } from "./cgroups.ts";
import { exists } from "@troupe/deploy/local/exists";
import { processesIn, startTimeOf } from "./leftovers.ts";

/** What a cluster is on this machine while it runs, to be looked for when it should be gone. */
export interface Traces {
  readonly folder: string;
  readonly groups: readonly string[];
  /** Their numbers, and that they are the same: when they were started. */
  readonly processes: ReadonlyMap<number, string | undefined>;
  /** As the kernel calls them, such as net:[4026532300]. */
  readonly namespaces: readonly string[];
}

const kinds = ["cgroup", "ipc", "mnt", "net", "pid", "uts"];

export async function tracesOf(folder: string): Promise<Traces> {
  const groups = (await findHierarchies()).map((hierarchy) => join(hierarchy.folder, `troupe-${basename(folder)}`));
  const pids = [...(await processesIn(folder)), ...(await Promise.all(groups.map(processesOf))).flat()];
  const ours = new Set(await namespacesOf("self"));
  const namespaces = (await Promise.all(pids.map((pid) => namespacesOf(String(pid))))).flat().filter((each) => !ours.has(each));
  const processes = new Map(await Promise.all([...new Set(pids)].map(async (pid) => [pid, await startTimeOf(pid)] as const)));
  return { folder, groups, processes, namespaces: [...new Set(namespaces)] };
}

/** Empty when nothing is left. */
export async function leftOf({ folder, groups, processes, namespaces }: Traces): Promise<readonly string[]> {
  const alive = await Promise.all([...processes].map(async ([pid, start]) => (start !== undefined && (await startTimeOf(pid)) === start ? [`process ${pid}`] : [])));
  const entered = await Promise.all((await allProcesses()).map(async (pid) => (await namespacesOf(pid)).filter((each) => namespaces.includes(each)).map((each) => `process ${pid} in ${each}`)));
  const mounts = (await readFile("/proc/self/mountinfo", "utf8")).split("\n").filter((line) => line.includes(folder) || namespaces.some((each) => line.includes(each)));
  const there = await Promise.all([folder, ...groups].map(async (path) => ((await exists(path)) ? [path] : [])));
  return [...alive.flat(), ...entered.flat(), ...mounts, ...there.flat()];
}

async function processesOf(group: string): Promise<readonly number[]> {
  const own = (await readFile(join(group, "cgroup.procs"), "utf8")).split("\n").filter((line) => line !== "").map(Number);
  const below = (await readdir(group, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  return [...own, ...(await Promise.all(below.map(({ name }) => processesOf(join(group, name))))).flat()];
}

async function allProcesses(): Promise<readonly string[]> {
  return (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
}

async function namespacesOf(pid: string): Promise<readonly string[]> {
  return Promise.all(kinds.map((kind) => readlink(`/proc/${pid}/ns/${kind}`))).catch(() => []); // it has ended
}
