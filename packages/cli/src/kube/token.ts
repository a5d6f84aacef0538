import { readsOf } from "@troupe/domain/expression/reads";
import type { App } from "@troupe/domain/language/app";
import { secretName } from "@troupe/domain/render/identity";
import { mainContainer } from "@troupe/domain/render/pod";
import type { Cluster } from "@troupe/proto/troupe/v1/cluster";
import { shortName } from "../resource-names.ts";
import type { Kube } from "./kube.ts";
import type { Pod } from "./pod.ts";

/** A value in a Secret of Kubernetes. */
export interface SecretPlace {
  readonly secret: string;
  readonly key: string;
}

/** The secret that opens addresses, as definitions call it. */
const token = "token";

/**
 * Where the token of a role's ports is. The pod tells it where it has it in its environment, as it may be an adopted cluster's or
 * somebody else's; undefined: it cannot be told.
 */
export function placeOfToken(app: Pick<App, "roles" | "secrets">, role: string, cluster: Cluster, pod: Pod): SecretPlace | undefined {
  const variables = Object.entries(app.roles[role]?.env ?? {}).flatMap(([name, template]) => (readsOf(template).secrets.includes(token) ? [name] : []));
  const env = pod.spec.containers.find(({ name }) => name === mainContainer)?.env ?? [];
  const [reference] = env.flatMap(({ name, valueFrom }) => (variables.includes(name) && valueFrom?.secretKeyRef ? [valueFrom.secretKeyRef] : []));
  if (reference) return { secret: reference.name, key: reference.key };
  if (app.secrets[token]?.kind !== "generated") return undefined;
  return { secret: secretName({ name: shortName(cluster.name), uid: cluster.uid, adopt: cluster.spec?.adopt || undefined }), key: token };
}

/** Its value; undefined where the Secret does not have it. */
export async function readSecret(kube: Kube, namespace: string, { secret, key }: SecretPlace, signal: AbortSignal): Promise<string | undefined> {
  const { data = {} } = (await kube.get(`/api/v1/namespaces/${namespace}/secrets/${secret}`, signal)) as { readonly data?: Readonly<Record<string, string>> };
  const value = data[key];
  return value === undefined ? undefined : Buffer.from(value, "base64").toString("utf8");
}
