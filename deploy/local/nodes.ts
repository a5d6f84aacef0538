import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Say } from "./build-once.ts";
import { scratchFolder } from "./folders.ts";
import type { Kubernetes } from "./kubernetes.ts";
import { type Exit, startPart } from "./part.ts";
import { kwokProgram } from "./programs.ts";
import { type Server, startServer } from "./server.ts";
import { renderStages } from "./stages.ts";
import { until } from "./until.ts";

export interface NodesOptions {
  readonly kubernetes: Kubernetes;
  readonly count?: number;
  /** From bound to Ready, for pods that do not say it themselves (stages.ts). */
  readonly readyAfterMs?: number;
  /** For the log and the configuration. Without it: a scratch folder that `stop` removes. */
  readonly dataDir?: string;
  readonly say?: Say;
  readonly signal?: AbortSignal | undefined;
  readonly onDeath?: (exit: Exit) => void;
}

export interface Nodes extends Server {
  readonly names: readonly string[];
}

/**
 * Simulated nodes, by kwok: pods are scheduled and become Ready, but nothing runs. While paused, nodes stay Ready for 50 s, as
 * those of a machine that went silent do.
 */
export async function startNodes(options: NodesOptions): Promise<Nodes> {
  const { kubernetes, count = 3, readyAfterMs = 0, dataDir, say = () => {}, signal } = options;
  const program = await kwokProgram({ say, signal });
  const folder = dataDir ?? (await scratchFolder("nodes"));
  const stagesFile = join(folder, "stages.yaml");
  const logFile = join(folder, "nodes.log");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(stagesFile, renderStages({ readyAfterMs }));
  const names = Array.from({ length: count }, (_, index) => `simulated-${index}`);
  await Promise.all(names.map((name, index) => makeNode(kubernetes, name, index)));
  const server = await startServer({
    launch: () => startPart({ name: "simulated nodes", command: program, args: flags(kubernetes, stagesFile), cwd: folder, logFile, stopSignal: "SIGKILL" }), // it holds nothing, and takes 2 s to say goodbye
    ready: (_part, died) => allReady(kubernetes, names, died),
    onDeath: options.onDeath,
    signal,
    logFile,
  });
  return {
    ...server,
    names,
    stop: async () => {
      await server.stop();
      if (dataDir === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** With a lease, a node is alive without writing its status again and again. */
function flags(kubernetes: Kubernetes, stagesFile: string): readonly string[] {
  return [
    `--kubeconfig=${kubernetes.kubeconfigOf("nodes")}`,
    `--config=${stagesFile}`,
    "--manage-nodes-with-label-selector=troupe.dev/simulated=true",
    "--node-lease-duration-seconds=40",
    "--node-ip=127.0.0.1",
    "--cidr=10.0.0.0/16",
  ];
}

async function makeNode({ request }: Kubernetes, name: string, index: number): Promise<void> {
  const { status, body } = await request("POST", "/api/v1/nodes", renderNode(name, index));
  if (status >= 300 && status !== 409) throw new Error(`Kubernetes refused the node ${name} with ${status}: ${JSON.stringify(body)}`);
}

/** Room for every burst that two cores can make; each node has its own 65,534 addresses. */
function renderNode(name: string, index: number): object {
  const room = { cpu: "10k", memory: "100Ti", "ephemeral-storage": "100Ti", pods: "10k", "nvidia.com/gpu": "1k" };
  const podCIDR = `10.${100 + index}.0.0/16`;
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        "troupe.dev/simulated": "true",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/region": "simulated",
        "topology.kubernetes.io/zone": `simulated-${index % 3}`,
      },
    },
    spec: { podCIDR, podCIDRs: [podCIDR] },
    status: {
      capacity: room,
      allocatable: room,
      addresses: [
        { type: "InternalIP", address: `10.99.0.${index + 1}` },
        { type: "Hostname", address: name },
      ],
      nodeInfo: {
        architecture: "amd64",
        operatingSystem: "linux",
        osImage: "simulated",
        containerRuntimeVersion: "simulated",
        kernelVersion: "simulated",
        kubeletVersion: "simulated",
        kubeProxyVersion: "",
        machineID: name,
        systemUUID: name,
        bootID: name,
      },
    },
  };
}

async function allReady({ request }: Kubernetes, names: readonly string[], signal: AbortSignal): Promise<void> {
  const isReady = async () => {
    const { body } = await request("GET", "/api/v1/nodes?labelSelector=troupe.dev/simulated=true");
    const open = new Set(openNodes(body));
    return names.every((name) => open.has(name)) ? true : undefined;
  };
  await until(isReady, { what: "the simulated nodes to be Ready", timeoutMs: 60_000, everyMs: 50, signal });
}

/** Those that are Ready and that a pod may be put on. */
function openNodes(list: unknown): readonly string[] {
  return parseNodes(list).flatMap(({ metadata, spec, status }) => {
    const isReady = status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True");
    return isReady && (spec.taints ?? []).length === 0 ? [metadata.name] : [];
  });
}

interface NodeJson {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly taints?: readonly unknown[] };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** The API server's own shape, which it has checked. */
function parseNodes(list: unknown): readonly NodeJson[] {
  if (typeof list === "object" && list !== null && "items" in list && Array.isArray(list.items)) return list.items as readonly NodeJson[];
  throw new Error("Kubernetes gave no list of nodes");
}
