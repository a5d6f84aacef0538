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
  const known = inputsOfRole(cluster, desired);
  const made = known.ofMembers.get(index) ?? memberInputs(cluster, desired, index, known.ofAll);
  known.ofMembers.set(index, made);
  return made;
}

function memberInputs(cluster: DesiredCluster, role: DesiredRole, index: number, ofAll: Digest): Digest {
  const { uid, domain } = cluster;
  return digestOf([ofAll, { uid, domain, host: memberHost(cluster, role.name, index), name: memberName(cluster, role.name, index), id: memberId(role, index) }]);
}

/** Made once for each plan: every pass asks several times. */
interface RoleInputs {
  /** The part that is the same for all members. */
  readonly ofAll: Digest;
  readonly ofMembers: Map<number, Digest>;
}

const inputsOfRoles = new WeakMap<DesiredRole, RoleInputs>();

function inputsOfRole(cluster: DesiredCluster, role: DesiredRole): RoleInputs {
  const known = inputsOfRoles.get(role);
  if (known !== undefined) return known;
  const made = { ofAll: sharedInputs(cluster, role), ofMembers: new Map<number, Digest>() };
  inputsOfRoles.set(role, made);
  return made;
}

function sharedInputs(cluster: DesiredCluster, role: DesiredRole): Digest {
  const { command, args, ports, files, user, stop } = role.defined;
  const params = new Set(templatesOf(role).flatMap((template) => readsOf(template).params));
  return digestOf({
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
}
