import { byName } from "../by-name.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import { refText } from "../plan/sources.ts";
import type { ClusterRecord } from "./record.ts";

/** Of a cluster of which nothing has been done yet. */
export function emptyRecord({ uid, project, version, ref }: DesiredCluster): ClusterRecord {
  return { uid, project, version, epoch: 0, app: refText(ref), formed: false, ordersDone: [], needs: byName([]), roles: byName([]), members: byName([]) };
}
