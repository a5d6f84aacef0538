import type { ClusterSpec, RoleSpec } from "./cluster.ts";
import { mapNames } from "../by-name.ts";

/** A spec as it is stored and sent: fields that came later may be missing, and mean nothing then. */
export type StoredSpec = Partial<Omit<ClusterSpec, "roles">> & Pick<ClusterSpec, "app" | "placement" | "params" | "needs" | "protect"> & { readonly roles: Readonly<Record<string, Partial<RoleSpec>>> };

/** The same spec with every field that there is now, so that equal wishes are equal values whoever wrote them down. */
export function completeSpec(stored: StoredSpec): ClusterSpec {
  return { adopt: undefined, paused: false, stopped: false, labels: {}, ...stored, roles: mapNames(stored.roles, completeRole) };
}

function completeRole(stored: Partial<RoleSpec>): RoleSpec {
  return { members: undefined, image: undefined, cpu: undefined, memory: undefined, gpu: undefined, volumes: {}, env: {}, files: {}, expose: {}, ...stored };
}
