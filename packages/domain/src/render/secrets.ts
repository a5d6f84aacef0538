import type { GeneratedSecret } from "../language/app.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import { clusterLabels, secretName } from "./identity.ts";

/** The Secret of generated values: made once, before any pod, and never rewritten. Its values are the reconciler's to make. */
export interface WantedSecret {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, GeneratedSecret>>;
}

/** undefined where the definition has no secrets. */
export function secretWanted(cluster: DesiredCluster): WantedSecret | undefined {
  const { app, namespace } = cluster;
  if (Object.keys(app.secrets).length === 0) return undefined;
  return { name: secretName(cluster), namespace, labels: clusterLabels(cluster), values: app.secrets };
}
