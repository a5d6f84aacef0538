import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startPart } from "@troupe/deploy/local/part";
import type { Program } from "@troupe/deploy/local/programs";
import { startServer } from "@troupe/deploy/local/server";
import { until } from "@troupe/deploy/local/until";
import { type Hierarchy, makeGroups } from "./cgroups.ts";
import type { Ground } from "./leftovers.ts";

/** As a computer of its own is: processes, mounts, network, host name and cgroups that see nothing of others. */
export interface Machine {
  /** What it holds lies there. */
  readonly folder: string;
  readonly groups: readonly string[];
  /** Of its first process, as others see it. */
  readonly pid: number;
  /** Starts programs on it. */
  readonly enter: Program;
  /** As when somebody pulls the plug: nothing on it runs any longer when this resolves. */
  kill(): Promise<void>;
}

/** The group that a process is in when its namespace is made is the topmost that it will see. */
const begin = `
script=$1 folder=$2 name=$3 hierarchies=$4
shift 4
for group; do echo 0 >"$group/cgroup.procs"; done
exec unshare --mount --propagation slave --pid --fork --kill-child --net --uts --ipc --cgroup sh "$script" "$folder" "$name" $hierarchies`;

/** Entering a namespace puts no process into its groups, and from inside it can no longer be moved there. */
const joinGroups = `while [ "$1" != -- ]; do echo 0 >"$1/system/cgroup.procs"; shift; done; shift; exec "$@"`;

export async function startMachine(name: string, ground: Ground, hierarchies: readonly Hierarchy[]): Promise<Machine> {
  const folder = join(ground.folder, name);
  for (const each of ["lib", "log", "settings"]) await mkdir(join(folder, each), { recursive: true });
  const groups = await makeGroups(hierarchies, ground.group, name);
  const logFile = join(folder, "machine.log");
  const args = ["-euc", begin, "sh", join(import.meta.dirname, "machine.sh"), folder, name, hierarchies.flatMap(mountOf).join(" "), ...groups];
  let [outer, pid] = [0, 0];
  const server = await startServer({
    launch: () => startPart({ name, command: "sh", args, cwd: folder, logFile, stopSignal: "SIGKILL" }),
    ready: async (part, signal) => {
      outer = part.pid;
      pid = await until(() => pidIn(join(folder, "pid")), { what: `${name} to begin`, timeoutMs: 20_000, signal });
    },
    onDeath: undefined,
    signal: undefined,
    logFile,
  });
  // It stays outside and waits, and would be the one process in the group itself.
  for (const group of groups) await writeFile(join(group, "system/cgroup.procs"), String(outer));
  const namespaces = ["--mount", "--pid", "--net", "--uts", "--ipc", "--cgroup"];
  const enter: Program = { command: "sh", before: ["-euc", joinGroups, "sh", ...groups, "--", "nsenter", `--target=${pid}`, ...namespaces] };
  return { folder, groups, pid, enter, kill: () => server.kill() };
}

/** As machine.sh takes it. */
function mountOf({ version, options }: Hierarchy): readonly string[] {
  if (version === 2) return [];
  const [, name] = /^name=(.*)$/.exec(options) ?? [];
  return [name === undefined ? `${options}:${options}` : `${name}:none,${options}`];
}

async function pidIn(file: string): Promise<number | undefined> {
  const pid = Number.parseInt(await readFile(file, "utf8").catch(() => ""), 10);
  return Number.isNaN(pid) ? undefined : pid;
}
