import { Failure } from "@troupe/domain/failure";
import type { Json } from "@troupe/domain/json";
import type { App } from "@troupe/domain/language/app";
import type { ClusterSpec } from "@troupe/domain/language/cluster";
import { fieldChanges, memberChanges } from "@troupe/domain/plan/change-plan";
import type { DesiredCluster } from "@troupe/domain/plan/desired";
import { plan } from "@troupe/domain/plan/plan";
import type { AppRef, Needs, Sources } from "@troupe/domain/plan/sources";
import type { Uid } from "@troupe/domain/name";
import type { PlanAnswer } from "./plan-answer.ts";

/** A cluster as it is or would be, as far as planning goes. */
export interface Planned {
  readonly uid: Uid;
  readonly project: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly generation: number;
  readonly spec: ClusterSpec;
  readonly build: AppRef;
  readonly app: App;
  readonly needs: Needs;
}

/** The reconciler knows its target's own; what is decided here is the same with any. */
const target = { domain: "cluster.local" };

/** Throws invalid with everything that is wrong with the spec beside its definition. */
export function planOf({ uid, project, name, labels, generation, spec, build, app, needs }: Planned): DesiredCluster {
  const place = { target: spec.placement.target, namespace: spec.placement.namespace ?? project };
  const sources: Sources = { uid, project, ...place, name, labels, version: 0, generation, intent: { kind: "run" }, app: build, spec, needs, formed: false, lastRecord: undefined, continued: 0, orders: [] };
  return plan(sources, app, target);
}

/** What is there was accepted once; if it is not any more, nothing can be said of what would change. */
export function presentPlanOf(planned: Planned): DesiredCluster | undefined {
  try {
    return planOf(planned);
  } catch (error) {
    if (error instanceof Failure && error.kind === "invalid") return undefined;
    throw error;
  }
}

export interface Difference {
  readonly before: { readonly spec: ClusterSpec; readonly desired: DesiredCluster | undefined } | undefined;
  readonly after: { readonly spec: ClusterSpec; readonly desired: DesiredCluster | undefined } | undefined;
  readonly notes: readonly string[];
}

export function answerOf({ before, after, notes }: Difference): PlanAnswer {
  const isDelete = after === undefined;
  return {
    unchanged: false,
    fields: isDelete ? [] : fieldChanges(jsonOf(before?.spec), jsonOf(after.spec)),
    members: before && !before.desired ? [] : memberChanges(before?.desired, after?.desired),
    notes,
  };
}

export const nothingChanges: PlanAnswer = { unchanged: true, fields: [], members: [], notes: [] };

/** Without what is undefined, as JSON has it. */
function jsonOf(spec: ClusterSpec | undefined): Json | undefined {
  return spec && (JSON.parse(JSON.stringify(spec)) as Json);
}
