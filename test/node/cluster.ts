import { join } from "node:path";
import type { Say } from "@troupe/deploy/local/build-once";
import { type Kubernetes, startKubernetes } from "@troupe/deploy/local/kubernetes";
import { nodePrograms } from "@troupe/deploy/local/programs";
import { borrowCluster } from "./borrowed.ts";
import { findHierarchies } from "./cgroups.ts";
import { imagesIn } from "./ctr.ts";
import { prepareDebian } from "./debian.ts";
import { startDns } from "./dns.ts";
import { makeGround, sweep, sweepAtDeath, sweepLeftovers } from "./leftovers.ts";
import { middle, startNetwork } from "./network.ts";
import { type OurNode, type RealNode, type Site, startNode } from "./node.ts";
import { startRelay } from "./relay.ts";
import { smallImage } from "./small-image.ts";
import { localClass, startVolumes } from "./volumes.ts";

/** A Kubernetes on whose nodes containers run. */
export interface RealCluster extends Pick<Kubernetes, "server" | "kubeconfigPath" | "request" | "apply" | "kubectl"> {
  /** Whether nodes can be stopped, lost and added, and images brought to them. */
  readonly ours: boolean;
  readonly context: string;
  /** Where a token is what it is entered with; it always is in one of ours. */
  readonly token: string | undefined;
  readonly caFile: string | undefined;
  /** Those that are not lost. */
  readonly nodes: readonly RealNode[];
  /** An OCI archive, to all nodes, also to those that are added later. Where an image is already, nothing happens. */
  importImage(archive: string): Promise<void>;
  addNode(): Promise<RealNode>;
  /** Leaves nothing behind. */
  stop(): Promise<void>;
}

export interface RealClusterOptions {
  readonly nodes?: number;
  readonly say?: Say;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Real nodes on this machine, in networks of their own; or a Kubernetes of somebody's, where TROUPE_TEST_KUBECONFIG names one.
 * It takes everything down when this process dies.
 */
export async function startRealCluster({ nodes = 3, say = console.log, env = process.env }: RealClusterOptions = {}): Promise<RealCluster> {
  const kubeconfig = env["TROUPE_TEST_KUBECONFIG"];
  if (kubeconfig !== undefined) return borrowCluster(kubeconfig, env["TROUPE_TEST_CONTEXT"]);
  await sweepLeftovers();
  const pluginFolder = await prepareDebian(say);
  const [programs, pause, hierarchies] = [await nodePrograms({ say }), await smallImage(say), await findHierarchies()];
  const ground = await makeGround(hierarchies);
  const keeper = sweepAtDeath(ground.folder);
  const sweepNow = async () => {
    await sweep(ground.folder);
    keeper.release();
  };
  try {
    return await startOurs({ ground, hierarchies, programs, pluginFolder, pause }, nodes, sweepNow);
  } catch (error) {
    await sweepNow();
    throw error;
  }
}

type Prepared = Omit<Site, "network" | "kubernetes">;

async function startOurs(prepared: Prepared, count: number, sweepNow: () => Promise<void>): Promise<RealCluster> {
  const { folder } = prepared.ground;
  const network = await startNetwork(folder);
  const relay = await startRelay(network.enter, folder);
  const kubernetes = await startKubernetes({
    dataDir: join(folder, "control-plane"),
    durable: false,
    port: relay.port,
    enter: network.enter,
    storageClass: localClass,
    apiServerFlags: ["--bind-address=0.0.0.0", `--advertise-address=${middle}`, "--endpoint-reconciler-type=lease", "--kubelet-preferred-address-types=InternalIP"],
    controllerManagerFlags: ["--node-monitor-period=1s", "--node-monitor-grace-period=10s"],
  });
  const site: Site = { ...prepared, network, kubernetes };
  const nodes = new Map<number, OurNode>();
  const archives: string[] = [];
  const add = async (number: number): Promise<OurNode> => {
    const started = await startNode(site, number);
    const lose = async () => {
      nodes.delete(number);
      await started.lose();
    };
    const node = { ...started, lose };
    for (const archive of archives) await node.importImage(archive, await imagesIn(archive));
    nodes.set(number, node);
    return node;
  };
  await Promise.all([startDns(prepared.programs, kubernetes, network, folder), ...Array.from({ length: count }, (_, index) => add(index + 1))]);
  let next = count + 1;
  const volumes = await startVolumes(kubernetes.kubeconfigPath, (name) => [...nodes.values()].find((node) => node.name === name)?.volumesFolder);
  const stop = async () => {
    await volumes.stop();
    await Promise.all([...[...nodes.values()].map((node) => node.kill()), kubernetes.kill()]);
    await kubernetes.stop();
    relay.stop();
    await sweepNow();
  };
  let stopped: Promise<void> | undefined;
  return {
    ...kubernetes,
    ours: true,
    get nodes() {
      return [...nodes].sort(([a], [b]) => a - b).map(([, node]) => node);
    },
    importImage: async (archive) => {
      archives.push(archive);
      const images = await imagesIn(archive);
      await Promise.all([...nodes.values()].map((node) => node.importImage(archive, images)));
    },
    addNode: () => add(next++),
    stop: () => (stopped ??= stop()),
  };
}
