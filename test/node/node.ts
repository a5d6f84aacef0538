import { mkdir, readFile, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { V1Node } from "@kubernetes/client-node";
import type { Kubernetes } from "@troupe/deploy/local/kubernetes";
import { type Exit, exitInWords, startPart } from "@troupe/deploy/local/part";
import { type NodePrograms, type Program, through } from "@troupe/deploy/local/programs";
import { type Server, startServer } from "@troupe/deploy/local/server";
import { until } from "@troupe/deploy/local/until";
import { type Hierarchy, removeGroup } from "./cgroups.ts";
import { type Containerd, containerdOf, imagesIn } from "./ctr.ts";
import type { Image } from "./images/build.ts";
import type { Ground } from "./leftovers.ts";
import { type Machine, startMachine } from "./machine.ts";
import { addressOf, middle, type Network, plugIn, setCable } from "./network.ts";
import { writeNodeFiles } from "./node-files.ts";

/** One of the cluster, and what can happen to it. */
export interface RealNode {
  readonly name: string;
  /** Its containers run on. */
  stopKubelet(): Promise<void>;
  /** Resolves when the node is Ready. */
  startKubelet(): Promise<void>;
  /** From all others and from the control plane; what runs on it runs on. */
  cutOff(): Promise<void>;
  /** Resolves when the node is Ready. */
  reconnect(): Promise<void>;
  /** For good: it burns down with its disks, and somebody takes it off the list. */
  lose(): Promise<void>;
}

/** What all nodes of a cluster share. */
export interface Site {
  readonly ground: Ground;
  readonly hierarchies: readonly Hierarchy[];
  readonly network: Network;
  readonly kubernetes: Kubernetes;
  readonly programs: NodePrograms;
  readonly pluginFolder: string;
  readonly pause: Image;
}

export interface OurNode extends RealNode {
  readonly importImage: Containerd["importImage"];
  readonly volumesFolder: string;
  /** Ends all that runs on it; what it holds stays. */
  kill(): Promise<void>;
}

/** Resolves when pods can be put on it. */
export async function startNode(site: Site, number: number): Promise<OurNode> {
  const { ground, network, kubernetes } = site;
  const name = `node-${number}`;
  const machine = await startMachine(name, ground, site.hierarchies);
  const volumesFolder = join(machine.folder, "volumes");
  await mkdir(volumesFolder);
  await plugIn(network, number, machine.pid);
  const containerd = containerdOf(machine);
  const { kubelet, expectDeath } = await startPrograms(site, machine, containerd, { name, number });
  const ready = () => until(() => isReady(kubernetes, name), { what: `${name} to be Ready`, timeoutMs: 60_000, everyMs: 50 });
  await ready();
  const kill = () => {
    expectDeath();
    return machine.kill();
  };
  return {
    name,
    volumesFolder,
    importImage: containerd.importImage,
    stopKubelet: () => kubelet.kill(),
    startKubelet: async () => {
      await kubelet.start();
      await ready();
    },
    cutOff: () => setCable(network, number, "down"),
    reconnect: async () => {
      await setCable(network, number, "up");
      await ready();
    },
    kill,
    lose: async () => {
      await kill();
      await Promise.all(machine.groups.map(removeGroup));
      await rm(machine.folder, { recursive: true });
      await kubernetes.request("DELETE", `/api/v1/nodes/${name}`);
    },
  };
}

interface Programs {
  readonly kubelet: Server;
  /** Who dies afterwards is not spoken of. */
  expectDeath(): void;
}

async function startPrograms(site: Site, machine: Machine, containerd: Containerd, { name, number }: { readonly name: string; readonly number: number }): Promise<Programs> {
  const { kubernetes, programs, pause } = site;
  const files = await writeNodeFiles(machine.folder, {
    name,
    number,
    pluginFolder: site.pluginFolder,
    pauseImage: pause.reference,
    snapshotter: await snapshotterIn(machine.folder),
    kubeconfig: (await readFile(kubernetes.kubeconfigOf("nodes"), "utf8")).replace("https://localhost:", `https://${middle}:`),
  });
  let expected = false;
  const onDeath = (exit: Exit) => {
    if (!expected) console.error(`on ${name}, ${exitInWords(exit)}`); // from a test it looks like nothing at all
  };
  const begin = (program: string, { command, before }: Program, ...args: readonly string[]) => startOn(machine, program, { command, before: [...before, ...args] }, onDeath);
  await begin("containerd", { command: "containerd", before: [] }, `--config=${files.containerd}`);
  await until(containerd.answers, { what: `containerd on ${name}`, timeoutMs: 30_000 });
  await containerd.importImage(pause.archive, await imagesIn(pause.archive));
  await begin("kube-proxy", programs.kubeProxy, `--config=${files.kubeProxy}`);
  const kubelet = await begin("kubelet", programs.kubelet, `--config=${files.kubelet}`, `--kubeconfig=${files.kubeconfig}`, `--hostname-override=${name}`, `--node-ip=${addressOf(number)}`);
  return {
    kubelet,
    expectDeath: () => {
      expected = true;
    },
  };
}

/** Starting such a program is nothing to wait for: it is there when what it does is. */
function startOn({ folder, enter }: Machine, name: string, program: Program, onDeath: (exit: Exit) => void): Promise<Server> {
  const { command, before } = through(enter, program);
  const logFile = join(folder, `${name}.log`);
  return startServer({
    launch: () => startPart({ name, command, args: before, cwd: folder, logFile }),
    ready: async () => {},
    onDeath,
    signal: undefined,
    logFile,
  });
}

const overlayType = 0x794c7630; // OVERLAYFS_SUPER_MAGIC of linux/magic.h

async function snapshotterIn(folder: string): Promise<"overlayfs" | "native"> {
  return (await statfs(folder)).type === overlayType ? "native" : "overlayfs";
}

async function isReady({ request }: Kubernetes, name: string): Promise<true | undefined> {
  const { status, body } = await request("GET", `/api/v1/nodes/${name}`);
  if (status !== 200) return undefined;
  const { spec, status: seen } = body as V1Node;
  const said = seen?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True");
  return (said && (spec?.taints ?? []).length === 0) || undefined;
}
