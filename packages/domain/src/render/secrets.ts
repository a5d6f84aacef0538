import { byName } from "../by-name.ts";
import type { GeneratedSecret } from "../language/app.ts";
import type { ObservedCluster } from "../life/observed.ts";
import type { Step } from "../life/step.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import { clusterLabels, secretName } from "./identity.ts";
import type { KubeObject } from "./manifest.ts";

/** The Secret of generated values: made once, before any pod, and never rewritten. Its values are the reconciler's to make. */
export interface WantedSecret {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, GeneratedSecret>>;
}

/** undefined where the definition generates none. */
export function secretWanted(cluster: DesiredCluster, step?: Pick<Step, "secretName">): WantedSecret | undefined {
  const { app, namespace } = cluster;
  const generated = Object.entries(app.secrets).flatMap(([name, secret]) => (secret.kind === "generated" ? [[name, secret.how] as const] : []));
  if (generated.length === 0) return undefined;
  return { name: step?.secretName ?? secretName(cluster), namespace, labels: clusterLabels(cluster), values: byName(generated) };
}

/** The Secret that an adopted cluster left, as this one's: values stay, so only whose it is is written. */
export function takenOver(cluster: DesiredCluster, step: Step, { adoptedSecret }: ObservedCluster): KubeObject | undefined {
  if (step.phase !== "running" || adoptedSecret === undefined || adoptedSecret !== step.secretName) return undefined;
  return { apiVersion: "v1", kind: "Secret", metadata: { name: adoptedSecret, namespace: cluster.namespace, labels: clusterLabels(cluster) } };
}
