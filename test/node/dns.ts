import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Kubernetes } from "@troupe/deploy/local/kubernetes";
import { lastLines } from "@troupe/deploy/local/log-tail";
import { startPart } from "@troupe/deploy/local/part";
import { type NodePrograms, through } from "@troupe/deploy/local/programs";
import { type Server, startServer } from "@troupe/deploy/local/server";
import { until } from "@troupe/deploy/local/until";
import { middle, type Network } from "./network.ts";
/** Names of Services and members, forgotten after a second, and for all others the answer that they do not exist. */
export async function startDns({ coreDns }: NodePrograms, kubernetes: Kubernetes, { enter }: Network, folder: string): Promise<Server> {
  const configFile = join(folder, "Corefile");
  const logFile = join(folder, "coredns.log");
  await writeFile(configFile, config(kubernetes.kubeconfigOf("nodes"), kubernetes.context));
  const { command, before } = through(enter, { command: coreDns, before: ["-conf", configFile] });
  return startServer({
    launch: () => startPart({ name: "coredns", command, args: before, cwd: folder, logFile }),
    ready: async (_part, signal) => {
      await until(() => serves(logFile), { what: "DNS to be ready", timeoutMs: 30_000, signal });
    },
    onDeath: undefined,
    signal: undefined,
    logFile,
  });
}

/** It says its name when it has begun to, and that is when it has heard of all Services. */
async function serves(logFile: string): Promise<true | undefined> {
  return (await lastLines(logFile, 20)).some((line) => line.startsWith("CoreDNS-")) || undefined;
}

function config(kubeconfig: string, context: string): string {
  return `cluster.local in-addr.arpa ip6.arpa {
    bind ${middle}
    errors
    kubernetes {
        kubeconfig ${kubeconfig} ${context}
        pods insecure
        ttl 1
    }
    cache 1
}
. {
    bind ${middle}
    template ANY ANY {
        rcode NXDOMAIN
    }
}
`;
}
