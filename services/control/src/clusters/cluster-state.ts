import type { ClusterState } from "@troupe/domain/life/status";
import type { ClusterSnapshot } from "../store.ts";

/** As users see it: what was ordered goes before what was last seen. */
export function stateOf({ intent, status }: Pick<ClusterSnapshot, "intent" | "status">): ClusterState {
  const seen = status?.state ?? "pending";
  return intent.kind === "delete" && seen !== "failed" ? "deleting" : seen;
}
