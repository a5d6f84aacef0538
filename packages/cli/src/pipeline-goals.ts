import type { Pipeline } from "@troupe/proto/troupe/v1/pipeline";
import type { Goal } from "./await-clusters.ts";

/**
 * A pipeline is ready when all of its clusters are, and gone with the last of them: so it is its clusters that are awaited, and
 * shown. Those that it no longer has must be gone in either case.
 */
export function pipelineGoals({ spec, status }: Pipeline, until: Goal["until"]): readonly Goal[] {
  return (status?.clusters ?? []).map(({ key, cluster }) => ({ name: cluster, until: Object.hasOwn(spec?.clusters ?? {}, key) ? until : "deleted", generation: 0n, uid: "" }));
}
