import { decideFirstRecord } from "../life/first-record.ts";
import { newLife } from "../life/lives.ts";
import { membersOf, rolesOf, withMembers } from "../life/members.ts";
import type { ObservedCluster } from "../life/observed.ts";
import type { ClusterRecord } from "../life/record.ts";
import { secretNameOf } from "../life/secret-name.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import type { KubeObject } from "./manifest.ts";
import { renderRecord } from "./record.ts";
import { render } from "./render.ts";
import { secretWanted } from "./secrets.ts";

const nothing: ObservedCluster = { objects: [], pods: {}, claims: {}, keptClaims: {}, secrets: new Set(), adoptedIsThere: false };

/** Stands for the uid that the record gets when it is made. */
const ownerUid = "00000000-0000-4000-8000-000000000000";

/**
 * All objects of a cluster once every wanted member is there, in the order in which they are made: what a person can read
 * before anything is made, and what changes of the renderer show in. Of generated values only the names are known.
 */
export function previewOf(cluster: DesiredCluster): readonly KubeObject[] {
  const record = grownRecord(cluster);
  const members = rolesOf(cluster).flatMap(({ name }) => membersOf(record, name).map(({ index, record: member }) => ({ role: name, index, record: member, isThere: false })));
  const step = { phase: "running", record, members, secretName: secretNameOf(cluster, nothing), waits: [], atMs: 0 } as const;
  const secret = secretWanted(cluster, step);
  return [renderRecord(cluster, record), ...(secret ? [secretPreview(secret)] : []), ...render(cluster, step, ownerUid)];
}

/** As it is when the first sets have formed and everyone else has joined them. */
function grownRecord(cluster: DesiredCluster): ClusterRecord {
  const fresh = { ...cluster, adopt: undefined, formed: false };
  const first = decideFirstRecord(fresh, nothing, 0).record;
  if (first === undefined) throw new RangeError("a cluster that adopts nothing has a first record");
  return rolesOf(cluster).reduce((record, role) => {
    const there = new Set(membersOf(record, role.name).map(({ index }) => index));
    const missing = Array.from({ length: role.count }, (_, index) => index).filter((index) => !there.has(index));
    return withMembers(record, role.name, Object.fromEntries(missing.map((index) => [String(index), newLife(fresh, role, index, "join", record, nothing, 0)])));
  }, first);
}

function secretPreview({ name, namespace, labels, values }: NonNullable<ReturnType<typeof secretWanted>>): KubeObject {
  return { apiVersion: "v1", kind: "Secret", metadata: { name, namespace, labels }, stringData: Object.fromEntries(Object.entries(values).map(([key, how]) => [key, `<generated ${how.generate}>`])) };
}
