import { byName } from "../by-name.ts";
import { digestOf } from "../canonical.ts";
import { readsOf } from "../expression/reads.ts";
import type { Json } from "../json.ts";
import type { File } from "../language/app.ts";
import type { ClusterRecord } from "../life/record.ts";
import type { Digest } from "../name.ts";
import type { DesiredCluster, DesiredRole } from "../plan/desired.ts";
import { memberId, placedIn, scopeOf } from "../plan/scope.ts";
import { memberHost, memberName } from "./identity.ts";

/**
 * Hash of everything whose change makes a member anew (app-model.md section 1): the text of the fields that its pod is made
 * from, and the stable values that they read. Who else is a member, and what others export, is not among them: it restarts
 * nobody, unless the definition says `peers: restart`. Pods are compared by this alone.
 */
export function inputsOf(cluster: DesiredCluster, role: string, index: number, record?: ClusterRecord): Digest {
  const desired = cluster.roles[role];
  if (desired === undefined) return "";
  const known = inputsOfRole(cluster, desired);
  const peers = peersOf(cluster, desired, index, record);
  const key = peers === undefined ? String(index) : `${index} ${peers.join(" ")}`;
  const made = known.ofMembers.get(key) ?? memberInputs(cluster, desired, index, known.ofAll, peers);
  known.ofMembers.set(key, made);
  return made;
}

function memberInputs(cluster: DesiredCluster, role: DesiredRole, index: number, ofAll: Digest, peers: readonly string[] | undefined): Digest {
  const { uid, domain } = cluster;
  return digestOf([ofAll, { uid, domain, host: memberHost(cluster, role.name, index), name: memberName(cluster, role.name, index), id: memberId(role, index), peers }]);
}

/**
 * The others that a member with `peers: restart` was started with, and itself. Where all stop before any starts they are those
 * that are wanted, so that the new list is there when they start; else those that count.
 */
function peersOf(cluster: DesiredCluster, { name, defined }: DesiredRole, index: number, record: ClusterRecord | undefined): readonly string[] | undefined {
  if (defined.peers?.does !== "restart") return undefined;
  const { roles } = scopeOf(cluster, record);
  const ofRoles = defined.peers.of === "role" ? [name] : Object.keys(roles);
  const others = ofRoles.flatMap((role) => (defined.update.allAtOnce ? roles[role]?.all : roles[role]?.members) ?? []).map((member) => member.name);
  return [...new Set([...others, memberName(cluster, name, index)])].toSorted();
}

/** Made once for each plan: every pass asks several times. */
interface RoleInputs {
  /** The part that is the same for all members. */
  readonly ofAll: Digest;
  readonly ofMembers: Map<string, Digest>;
  /** Of what reaches running members without a restart; undefined where there is nothing of that kind. */
  readonly live: Digest | undefined;
}

const inputsOfRoles = new WeakMap<DesiredRole, RoleInputs>();

function inputsOfRole(cluster: DesiredCluster, role: DesiredRole): RoleInputs {
  const known = inputsOfRoles.get(role);
  if (known !== undefined) return known;
  const made = { ofAll: sharedInputs(cluster, role), ofMembers: new Map<string, Digest>(), live: liveInputs(cluster, role) };
  inputsOfRoles.set(role, made);
  return made;
}

/** What a definition does not say is left out, so that a field that the language gains changes no hash. */
function sharedInputs(cluster: DesiredCluster, role: DesiredRole): Digest {
  const { command, args, user, shell, stop, shm, podPatches } = role.defined;
  return digestOf({
    image: role.image,
    cpu: role.cpu,
    memory: role.memory,
    gpu: role.gpu > 0 ? role.gpu : undefined,
    shm,
    command,
    args,
    // How a port is shown and reached from outside is not the pod's.
    ports: Object.values(role.ports).map(({ name, port, protocol }) => ({ name, port, protocol })),
    files: byName(Object.values(role.files).filter(({ apply }) => apply === "restart").map((file) => [file.path, writtenIn(file)])),
    user,
    shell: shell ? undefined : false,
    stop,
    env: role.env,
    // A volume's size is changed in place.
    volumes: Object.values(role.volumes).map(({ name, path, keep, block, seed }) => ({ name, path, isClaimed: keep !== "pod", ...(block && { block }), ...(seed && { seed }) })),
    params: paramsRead(cluster, role, "restart"),
    pod: podPatches.length > 0 ? podPatches.map(({ patch }) => patch) : undefined,
    secrets: Object.keys(cluster.referencedSecrets).length > 0 ? cluster.referencedSecrets : undefined,
    // Not here: probes and the package of another build, which reach members with their next pod or in place.
  });
}

function writtenIn({ path, content, mode, owner }: File): unknown {
  return { path, content: content.kind === "text" ? content.template : { format: content.format, settings: content.settings }, mode, owner };
}

/** Values of params whose change makes members anew, or reaches them in files that are changed in place. */
function paramsRead(cluster: DesiredCluster, role: DesiredRole, means: "restart" | "in place"): Readonly<Record<string, Json | undefined>> {
  const read = new Set(placedIn(role).flatMap(({ template }) => readsOf(template).params));
  const isMeant = (name: string): boolean => ["live", "reload"].includes(cluster.app.params[name]?.apply ?? "restart") === (means === "in place");
  return byName([...read].filter(isMeant).map((name) => [name, cluster.params[name]]));
}

/** Hash of what reaches running members without a restart; undefined where a role has nothing of that kind. */
export function liveInputsOf(cluster: DesiredCluster, role: DesiredRole): Digest | undefined {
  return inputsOfRole(cluster, role).live;
}

function liveInputs(cluster: DesiredCluster, role: DesiredRole): Digest | undefined {
  const files = Object.values(role.files).filter(({ owner }) => owner === "troupe");
  const live = files.filter(({ apply }) => apply !== "restart");
  const params = paramsRead(cluster, role, "in place");
  if (live.length === 0 && Object.keys(params).length === 0) return undefined;
  return digestOf({ files: live.map(writtenIn), params });
}
