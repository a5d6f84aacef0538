import type { JsonObject } from "../json.ts";

/** api.md section 6. The full CloudEvents type is `dev.troupe.<type>.v1`. */
export type EventType =
  | "app.published"
  | "app.deleted"
  | "cluster.created"
  | "cluster.updated"
  | "cluster.deploying"
  | "cluster.ready"
  | "cluster.degraded"
  | "cluster.failed"
  | "cluster.completed"
  | "cluster.paused"
  | "cluster.stopping"
  | "cluster.stopped"
  | "cluster.deleting"
  | "cluster.deleted"
  | "cluster.status_changed"
  | "cluster.needs_changed"
  | "cluster.member.starting"
  | "cluster.member.ready"
  | "cluster.member.lost"
  | "cluster.member.leaving"
  | "cluster.member.removed"
  | "cluster.member.replaced"
  | "pipeline.created"
  | "pipeline.updated"
  | "pipeline.deploying"
  | "pipeline.ready"
  | "pipeline.degraded"
  | "pipeline.failed"
  | "pipeline.completed"
  | "pipeline.paused"
  | "pipeline.stopping"
  | "pipeline.stopped"
  | "pipeline.deleting"
  | "pipeline.deleted"
  | "pipeline.status_changed";

/** What happened, before it has a revision. */
export interface LifecycleEvent {
  readonly type: EventType;
  /** What changed, in public words; never a secret. */
  readonly data: JsonObject;
}
