import type { ClusterChange } from "@troupe/proto/troupe/v1/cluster";
import { type ChangePlan, MemberAction } from "@troupe/proto/troupe/v1/resource";
import { spokenName } from "../resource-names.ts";
import { visible } from "./visible.ts";

/** `cluster/events created (3 controller, 3 broker)`, `cluster/events configured (roles.broker.members 3 → 5)`. */
export function changeText({ cluster, plan, created }: ClusterChange, verb: string): string {
  const name = spokenName(cluster?.name ?? "");
  if (plan?.unchanged) return visible(`${name} unchanged`);
  const detail = created ? membersText(plan) : fieldsText(plan);
  return visible(`${name} ${created ? "created" : verb}${detail === "" ? "" : ` (${detail})`}`);
}

function membersText(plan: ChangePlan | undefined): string {
  const counts = new Map<string, number>();
  for (const { role, action } of plan?.members ?? []) if (action === MemberAction.MEMBER_ACTION_CREATE) counts.set(role, (counts.get(role) ?? 0) + 1);
  return [...counts].map(([role, count]) => `${count} ${role}`).join(", ");
}

const mostFields = 4;

export function fieldsText(plan: ChangePlan | undefined): string {
  const fields = plan?.fields ?? [];
  const shown = fields.slice(0, mostFields).map(({ path, before, after }) => `${path} ${before || "unset"} → ${after || "unset"}`);
  return [...shown, ...(fields.length > mostFields ? [`and ${fields.length - mostFields} more`] : [])].join(", ");
}

/** What happens to members, a line each kind of it. */
export function planLines(plan: ChangePlan | undefined): readonly string[] {
  const words: readonly (readonly [MemberAction, string])[] = [
    [MemberAction.MEMBER_ACTION_CREATE, "created"],
    [MemberAction.MEMBER_ACTION_RESTART, "made anew, one after another"],
    [MemberAction.MEMBER_ACTION_REMOVE, "removed"],
  ];
  const lines = words.flatMap(([action, word]) => {
    const members = (plan?.members ?? []).filter((member) => member.action === action).map(({ role, index }) => `${role}-${index}`);
    return members.length === 0 ? [] : [`  ${word}: ${members.join(", ")}`];
  });
  return [...lines, ...(plan?.notes ?? []).map((note) => `  ${note}`)].map(visible);
}
