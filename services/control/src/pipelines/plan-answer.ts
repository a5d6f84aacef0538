import type { PlanAnswer } from "../clusters/plan-answer.ts";

/** What a mutation of a pipeline does: the same whether it was carried out or only tried. Plain JSON, so that it can be kept with a request. */
export interface PipelinePlanAnswer {
  readonly unchanged: boolean;
  /** In order; those to which nothing happens are left out. */
  readonly clusters: readonly ClusterPlanAnswer[];
  readonly notes: readonly string[];
}

export interface ClusterPlanAnswer {
  readonly key: string;
  /** Resource name. */
  readonly cluster: string;
  readonly action: "create" | "update" | "delete";
  readonly plan: PlanAnswer;
}

export const nothingHappens: PipelinePlanAnswer = { unchanged: true, clusters: [], notes: [] };
