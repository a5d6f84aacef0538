// A process for node.test.ts to kill: starts a cluster of one node, says where it is, and waits.
import { startRealCluster } from "./cluster.ts";

const { kubeconfigPath } = await startRealCluster({ nodes: 1, say: () => {} });
console.log(kubeconfigPath);
await new Promise((resolve) => setInterval(resolve, 1_000_000));
