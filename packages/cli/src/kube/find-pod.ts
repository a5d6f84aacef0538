import { Failure } from "@troupe/domain/failure";
import { label } from "@troupe/domain/render/identity";
import type { Cluster, MemberStatus } from "@troupe/proto/troupe/v1/cluster";
import { advising } from "../advice.ts";
import { noPod, placeOf } from "../members.ts";
import { shortName } from "../resource-names.ts";
import type { Kube } from "./kube.ts";
import type { Pod } from "./pod.ts";

/** The pod that a member is now. Rejects with why there is none, or with that this is not the Kubernetes where it is. */
export async function findPod(kube: Kube, cluster: Cluster, member: MemberStatus, signal: AbortSignal): Promise<Pod> {
  if (member.podUid === "") throw noPod(cluster, member);
  const found = await findPodNamed(kube, cluster, member.name, signal);
  if (found === undefined) {
    const { namespace } = placeOf(cluster);
    throw advising("not_found", `the Kubernetes of context "${kube.context}" has no pod ${namespace}/${member.name}`, `${whereItRuns(cluster)}; one that is being made anew is there in a moment`);
  }
  return found;
}

/** The pod of that name, if there is one; it is of the same name when it is made anew. Rejects where it is another cluster's. */
export async function findPodNamed(kube: Kube, cluster: Cluster, name: string, signal: AbortSignal): Promise<Pod | undefined> {
  const { namespace } = placeOf(cluster);
  const found = (await kube.get(`/api/v1/namespaces/${namespace}/pods/${name}`, signal).catch(undefinedIfNotFound)) as Pod | undefined;
  if (found === undefined || isOf(found, cluster)) return found;
  throw advising("conflict", `context "${kube.context}" is of another Kubernetes than the one that ${shortName(cluster.name)} runs in: its pod ${namespace}/${name} is another one there`, whereItRuns(cluster));
}

/** Names are the same on every target; what Troupe knows of its uid may be of a moment ago. */
function isOf({ metadata: { name, uid, labels = {} } }: Pod, cluster: Cluster): boolean {
  return labels[label.uid] === cluster.uid || cluster.status?.members.some((member) => member.name === name && member.podUid === uid) === true;
}

function whereItRuns(cluster: Cluster): string {
  return `${shortName(cluster.name)} runs on target ${placeOf(cluster).target}: name the context of that Kubernetes with --context or --kubeconfig`;
}

function undefinedIfNotFound(error: unknown): undefined {
  if (error instanceof Failure && error.kind === "not_found") return undefined;
  throw error;
}
