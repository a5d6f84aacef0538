import type { App } from "@troupe/domain/language/app";
import { membersInWords } from "@troupe/domain/language/members";
import type { AppSummary } from "../store.ts";

/** What lists and catalogues show of a definition. */
export function summaryOf({ description, roles, params, exports, needs }: App): AppSummary {
  return {
    description: description ?? "",
    roles: Object.values(roles).map(({ name, members, image, after }) => ({ name, members: membersInWords(members), defaultMembers: members.default, image, after })),
    params: Object.values(params).map((param) => ({ name: param.name, type: param.type, required: param.required, default: param.default, description: param.description ?? "" })),
    exports: Object.keys(exports),
    needs: Object.entries(needs).map(([slot, { app, optional }]) => ({ slot, app: app ?? "", optional })),
  };
}
