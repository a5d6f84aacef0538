import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { isErrno } from "@troupe/deploy/local/errno";
import { until } from "@troupe/deploy/local/until";

/** One tree of cgroups. Version 2 has one for everything, version 1 one for each kind of resource. */
export interface Hierarchy {
  readonly version: 1 | 2;
  /** The options to mount it with again; empty in version 2. */
  readonly options: string;
  /** Where groups of ours may be made. In version 1 that is the group we are in: its limits are meant for all we start. */
  readonly folder: string;
}

/** In version 2 a group that hands resources on to groups below it has no processes itself; only the root may. */
const resources = ["cpu", "cpuset", "memory", "pids"];

export async function findHierarchies(): Promise<readonly Hierarchy[]> {
  return parseHierarchies(await readFile("/proc/self/mountinfo", "utf8"), await readFile("/proc/self/cgroup", "utf8"));
}

/** https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html, https://man7.org/linux/man-pages/man7/cgroups.7.html */
export function parseHierarchies(mountinfo: string, cgroups: string): readonly Hierarchy[] {
  const mounts = mountinfo.split("\n").flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const [, , , root, folder] = before.split(" ");
    const [type, , options] = after.split(" ");
    return root !== undefined && folder !== undefined && type?.startsWith("cgroup") ? [{ type, root, folder, options: options?.split(",") ?? [] }] : [];
  });
  const groups = cgroups.split("\n").flatMap((line) => {
    const [, kinds, path] = /^\d+:([^:]+):(.*)$/.exec(line) ?? [];
    return kinds !== undefined && path !== undefined ? [{ kinds: kinds.split(","), path }] : [];
  });
  const first = groups.flatMap(({ kinds, path }) => {
    const mount = mounts.find(({ type, options }) => type === "cgroup" && kinds.every((kind) => options.includes(kind)));
    return mount === undefined ? [] : [{ version: 1 as const, options: kinds.join(","), folder: join(mount.folder, relative(mount.root, path)) }];
  });
  if (first.some(({ options }) => options.split(",").includes("memory"))) return first;
  return mounts.flatMap(({ type, folder }) => (type === "cgroup2" ? [{ version: 2 as const, options: "", folder }] : [])).slice(0, 1);
}

/** What pods are limited by and is not to be had here. */
export async function missingResources(hierarchies: readonly Hierarchy[]): Promise<readonly string[]> {
  const found = await Promise.all(hierarchies.map(async ({ version, options, folder }) => (version === 1 ? options.split(",") : (await readFile(join(folder, "cgroup.controllers"), "utf8")).trim().split(" "))));
  return resources.filter((resource) => !found.flat().includes(resource));
}

/** A group for a node, with one in it for the processes that are no pods, because of the rule above; → the groups of the node. */
export async function makeGroups(hierarchies: readonly Hierarchy[], cluster: string, node: string): Promise<readonly string[]> {
  for (const hierarchy of hierarchies) {
    await handOn(hierarchy, hierarchy.folder);
    for (const name of [cluster, join(cluster, node), join(cluster, node, "system")]) await makeGroup(hierarchy, join(hierarchy.folder, name));
    await handOn(hierarchy, join(hierarchy.folder, cluster));
  }
  return hierarchies.map(({ folder }) => join(folder, cluster, node));
}

async function makeGroup({ options }: Hierarchy, group: string): Promise<void> {
  await mkdir(group, { recursive: true });
  if (!options.split(",").includes("cpuset")) return;
  // A new one has no processors and no memory, and refuses every process.
  for (const file of ["cpuset.cpus", "cpuset.mems"]) await writeFile(join(group, file), await readFile(join(dirname(group), file)));
}

async function handOn({ version }: Hierarchy, group: string): Promise<void> {
  if (version === 2) await writeFile(join(group, "cgroup.subtree_control"), resources.map((name) => `+${name}`).join(" "));
}

/** With all in it; waits for processes that are just dying. */
export async function removeGroup(group: string): Promise<void> {
  await until(async () => ((await removed(group)) ? true : undefined), { what: `the processes in ${group} to end`, timeoutMs: 20_000 });
}

async function removed(group: string): Promise<boolean> {
  try {
    const entries = await readdir(group, { withFileTypes: true });
    for (const entry of entries) if (entry.isDirectory() && !(await removed(join(group, entry.name)))) return false;
    await rmdir(group);
    return true;
  } catch (error) {
    if (isErrno(error, "EBUSY")) return false;
    if (isErrno(error, "ENOENT")) return true;
    throw error;
  }
}
