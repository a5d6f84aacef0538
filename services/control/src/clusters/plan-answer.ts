import type { FieldChange, MemberChange } from "@troupe/domain/plan/change-plan";

/** What a mutation does: the same whether it was carried out or only tried. Plain JSON, so that it can be kept with a request. */
export interface PlanAnswer {
  readonly unchanged: boolean;
  readonly fields: readonly FieldChange[];
  readonly members: readonly MemberChange[];
  readonly notes: readonly string[];
}
