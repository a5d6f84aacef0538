import { baseEnvironment, listenAddress } from "@troupe/runtime/environment";
import { z } from "zod";

/** What the environment says. `docs` of each variable: deploy/kubernetes/reconciler.yaml and docker-compose.yml set them. */
export const configSchema = z.object({
  ...baseEnvironment,
  /** `host:port` of control's gRPC. */
  TROUPE_CONTROL_ADDRESS: z.string(),
  TROUPE_NATS_URL: z.string(),
  /** Unset: the cluster that the process runs in. */
  TROUPE_KUBECONFIG: z.string().optional(),
  /** Unset: the file's current one. */
  TROUPE_CONTEXT: z.string().optional(),
  /** Name of the target that this one serves. */
  TROUPE_TARGET: z.string().default("default"),
  /** DNS suffix of the target's Services. */
  TROUPE_CLUSTER_DOMAIN: z.string().default("cluster.local"),
  TROUPE_RECONCILER_HEALTH_LISTEN: listenAddress,
});
