import type { Expected } from "../expression/check-template.ts";
import type { Template } from "../expression/template.ts";
import type { Role, TemplateList } from "./app.ts";
import type { Path } from "./path.ts";

/** Every template of a role, and the place of its text among the role's fields. */
export interface Placed {
  readonly template: Template;
  readonly keys: Path;
  readonly expected: Expected;
}

export function templatesIn(role: Role): readonly Placed[] {
  const open = { result: "text", secrets: "refused" } as const;
  const probes = Object.entries(role.probes).flatMap(([kind, { check }]) => (check.kind === "exec" ? listTemplates(check.command, ["probes", kind, "exec"]) : []));
  return [
    ...listTemplates(role.command, ["command"]),
    ...listTemplates(role.args, ["args"]),
    ...Object.entries(role.env).map(([name, template]) => ({ template, keys: ["env", name], expected: { result: "text", secrets: "allowed" } as const })),
    ...Object.values(role.files).map(({ path, content }) => ({ template: content, keys: ["files", path, "text"], expected: open })),
    ...probes,
  ];
}

function listTemplates(list: TemplateList | undefined, keys: Path): readonly Placed[] {
  if (list === undefined) return [];
  if (list.kind === "whole") return [{ template: list.template, keys, expected: { result: "list", secrets: "refused" } }];
  return list.elements.map((template, index) => ({ template, keys: [...keys, index], expected: { result: "text", secrets: "refused" } }));
}
