import type { DesiredCluster } from "../plan/desired.ts";
import { secretName } from "../render/identity.ts";
import type { ObservedCluster } from "./observed.ts";

/** Where generated values are: in its own Secret where there is one, else in the one that the adopted cluster left, else in the one to be made. */
export function secretNameOf(cluster: DesiredCluster, { objects, adoptedSecret }: ObservedCluster): string {
  const [own] = objects.filter(({ kind }) => kind === "Secret").map(({ name }) => name).toSorted();
  return own ?? adoptedSecret ?? secretName(cluster);
}
