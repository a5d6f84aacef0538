import type { SecretSource } from "../expression/value.ts";
import { Failure } from "../failure.ts";
import type { DesiredCluster, SecretKey } from "../plan/desired.ts";

/** Where Kubernetes finds the value: generated ones are in `secretName`, all under their own names. */
export function secretKeyOf({ app, referencedSecrets, namespace }: DesiredCluster, secretName: string, source: SecretSource): SecretKey {
  if (source.kind === "own") {
    const referenced = app.secrets[source.name]?.kind === "referenced" ? referencedSecrets[source.name] : undefined;
    return referenced ?? { name: secretName, key: source.name };
  }
  const { of } = source;
  // Bound needs are checked: Kubernetes reads a Secret within one namespace only.
  if (of.namespace !== namespace) throw new Failure("internal", `the secret ${of.secret} is in namespace ${of.namespace}`);
  return { name: of.secret, key: of.key };
}
