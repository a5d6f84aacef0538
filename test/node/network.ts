import { join } from "node:path";
import { startPart } from "@troupe/deploy/local/part";
import type { Program } from "@troupe/deploy/local/programs";
import { startServer } from "@troupe/deploy/local/server";
import { until } from "@troupe/deploy/local/until";
import { exists } from "@troupe/deploy/local/exists";
import { runScript } from "./run.ts";

/**
 * A network that nothing leads into or out of. The control plane and DNS are in its middle, where each node is plugged
 * in with a cable. All addresses follow from a node's number, so that every node knows the way to every other from the start.
 */
export const middle = "10.99.0.1";
export const podRange = "10.244.0.0/16";
const mostNodes = 64;

export function addressOf(node: number): string {
  return `10.99.0.${10 + node}`;
}

export function podsOf(node: number): string {
  return `10.244.${node}.0/24`;
}

export interface Network {
  /** Starts programs in the middle. */
  readonly enter: Program;
}

/** Others could find the place taken before it is set up, so it sets itself up. */
const setUp = `
ip link set lo up
ip link add nodes type bridge
ip addr add ${middle}/24 dev nodes
ip link set nodes up
for node in $(seq ${mostNodes}); do echo "route add 10.244.$node.0/24 via 10.99.0.$((10 + node))"; done | ip -batch -
: >ready
exec sleep infinity`;

export async function startNetwork(folder: string): Promise<Network> {
  const logFile = join(folder, "network.log");
  let pid = 0;
  await startServer({
    launch: () => startPart({ name: "network", command: "unshare", args: ["--net", "sh", "-euc", setUp], cwd: folder, logFile }),
    ready: async (part, signal) => {
      pid = part.pid;
      await until(async () => (await exists(join(folder, "ready"))) || undefined, { what: "the network of the nodes", timeoutMs: 10_000, signal });
    },
    onDeath: undefined,
    signal: undefined,
    logFile,
  });
  return { enter: { command: "nsenter", before: [`--net=/proc/${pid}/ns/net`] } };
}

/** Packets to pods that a node does not have, and to the world, are refused at once instead of going in circles. */
const plug = `
ip link set lo up
ip addr add $2/24 dev eth0
ip link set eth0 up
{
  for node in $(seq ${mostNodes}); do [ $node = $1 ] || echo "route add 10.244.$node.0/24 via 10.99.0.$((10 + node))"; done
  echo "route add unreachable 10.244.$1.0/24"
  echo "route add unreachable default"
} | ip -batch -
echo 1 >/proc/sys/net/ipv4/ip_forward`;

/** Lays the cable from a network namespace, that of the process, to the middle. */
export async function plugIn({ enter }: Network, node: number, pid: number): Promise<void> {
  await runScript(enter, `ip link add node$1 type veth peer name eth0 netns $2; ip link set node$1 master nodes up`, String(node), String(pid));
  await runScript({ command: "nsenter", before: [`--net=/proc/${pid}/ns/net`] }, plug, String(node), addressOf(node));
}

export async function setCable({ enter }: Network, node: number, to: "up" | "down"): Promise<void> {
  await runScript(enter, `ip link set node$1 $2`, String(node), to);
}
