import { digestOf } from "../canonical.ts";
import { readsOf } from "../expression/reads.ts";
import type { Digest } from "../name.ts";
import type { DesiredCluster, DesiredRole } from "../plan/desired.ts";
import { memberId, templatesOf } from "../plan/scope.ts";
import { memberHost, memberName } from "./identity.ts";

/**
 * Hash of everything whose change makes a member anew (app-model.md section 1): the text of the fields that its pod is made
 * from, and the stable values that they read. Who else is a member, and what others export, is not among them: it restarts
 * nobody. Pods are compared by this alone.
 */
export function inputsOf(cluster: DesiredCluster, role: string, index: number): Digest {
  const desired = cluster.roles[role];
  if (desired === undefined) return "";
  return digestOf([
    roleInputs(cluster, desired),
    { uid: cluster.uid, domain: cluster.domain, host: memberHost(cluster, role, index), name: memberName(cluster, role, index), id: memberId(desired, index) },
  ]);
}

/** The same for all members of a role, so made once for each plan. */
function roleInputs(cluster: DesiredCluster, role: DesiredRole): Digest {
  const known = inputsOfRoles.get(role);
  if (known !== undefined) return known;
  const { command, args, ports, files, user, stop } = role.defined;
  const params = new Set(templatesOf(role).flatMap((template) => readsOf(template).params));
  const made = digestOf({
    image: role.image,
    cpu: role.cpu,
    memory: role.memory,
    command,
    args,
    // How a port is shown and reached from outside is not the pod's.
    ports: Object.values(ports).map(({ name, port, protocol }) => ({ name, port, protocol })),
    files,
    user,
    stop,
    env: role.env,
    // A volume's size is changed in place.
    volumes: Object.values(role.volumes).map(({ name, path, keep }) => ({ name, path, isClaimed: keep !== "pod" })),
    params: Object.fromEntries([...params].map((name) => [name, cluster.params[name]])),
    // Not here: probes and the package of another build, which reach members with their next pod or in place.
  });
  inputsOfRoles.set(role, made);
  return made;
}

const inputsOfRoles = new WeakMap<DesiredRole, Digest>();
