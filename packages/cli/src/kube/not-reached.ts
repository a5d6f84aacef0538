import type { Failure } from "@troupe/domain/failure";
import { advising } from "../advice.ts";
import { isSimulated, type Pod } from "./pod.ts";

/** Logs, commands and ports are the kubelet's, to which the API server passes them on. A failure of that, told as one; any other as it is. */
export function notReached(failure: Failure, pod: Pod, instead: string): Failure {
  if (!/\bdial tcp\b|:10250\//.test(failure.message)) return failure;
  const { metadata, spec: { nodeName = "no node" } } = pod;
  if (isSimulated(pod)) {
    return advising("invalid", `pod ${metadata.name} is on ${nodeName}, a simulated node: no container runs there, so ${instead}`, "npm start -- --kubeconfig FILE --context NAME runs applications for real", { cause: failure });
  }
  return advising("unavailable", `Kubernetes does not reach ${nodeName}, the node of pod ${metadata.name}: ${failure.message}`, "look at the node: kubectl describe node", { cause: failure });
}
