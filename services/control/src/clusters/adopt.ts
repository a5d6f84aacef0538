import { Failure, type FailureKind } from "@troupe/domain/failure";
import type { Uid } from "@troupe/domain/name";
import type { Store } from "../store.ts";
import { clusterResource } from "./cluster-event.ts";

export interface Adoption {
  readonly uid: Uid;
  readonly project: string;
  readonly target: string;
  readonly namespace: string;
  readonly app: string;
}

/** Only what a deleted cluster of the same app left at the same place, and is still its own. */
export async function refuseAdoption(store: Pick<Store, "clustersByUid" | "adopterOf">, { uid, project, target, namespace, app }: Adoption): Promise<void> {
  const [left] = await store.clustersByUid([uid]);
  if (!left || left.project !== project) throw refused("invalid", "ADOPT_UNKNOWN", `there never was a cluster with the uid ${uid} in project ${project}`);
  if (left.goneTime === undefined) throw refused("conflict", "ADOPT_NOT_GONE", `${clusterResource(left)} is not gone: delete it first`);
  if (left.app.name !== app) throw refused("invalid", "ADOPT_OTHER_APP", `the cluster with that uid was a ${left.app.name}, and this one is a ${app}`);
  if (left.target !== target || left.namespace !== namespace) throw refused("invalid", "ADOPT_OTHER_PLACE", `its volumes are in namespace ${left.namespace} of target ${left.target}`);
  const adopter = await store.adopterOf(uid);
  if (!adopter) return;
  throw refused("conflict", "ALREADY_ADOPTED", adopter.isGone ? `${adopter.cluster} took over its volumes and left them: adopt ${adopter.uid}` : `${adopter.cluster} has taken over its volumes already`);
}

function refused(kind: FailureKind, reason: Uppercase<string>, message: string): Failure {
  return new Failure(kind, `spec.adopt: ${message}`, { reason, problems: [{ path: "spec.adopt", reason, message }] });
}
