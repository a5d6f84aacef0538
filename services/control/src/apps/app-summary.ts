import type { App } from "@troupe/domain/language/app";
import { membersInWords } from "@troupe/domain/language/members";
import type { AppSummary } from "../store.ts";

/** What lists and catalogues show of a definition. */
export function summaryOf({ description, label, logo, docs, category, roles, params, exports, needs }: App): AppSummary {
  return {
    description: description ?? "",
    label: label ?? "",
    logo: logo ?? "",
    docs: docs ?? "",
    category: category ?? "",
    roles: Object.values(roles).map(({ name, members, image, after }) => ({ name, members: membersInWords(members), defaultMembers: members.default, image, after })),
    params: Object.values(params).map((param) => ({ name: param.name, type: param.type, required: param.required, default: param.default, description: param.description ?? "" })),
    exports: Object.keys(exports),
    needs: Object.entries(needs).map(([slot, { app, version, optional }]) => ({ slot, app: app ?? "", version: version ?? "", optional })),
  };
}
