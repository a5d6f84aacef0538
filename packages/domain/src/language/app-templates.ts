import type { Expected } from "../expression/check-template.ts";
import type { Template } from "../expression/template.ts";
import type { FileContent, Role, Setting, Settings, TemplateList } from "./app.ts";
import type { Path } from "./path.ts";
import { isNested } from "./settings.ts";

/** Every template of a role that its members' pods and files are made from, and the place of its text among the role's fields. */
export interface Placed {
  readonly template: Template;
  readonly keys: Path;
  readonly expected: Expected;
}

export function templatesIn(role: Pick<Role, "command" | "args" | "env" | "files" | "probes">): readonly Placed[] {
  const { started, ready } = role.probes;
  const probes = Object.entries({ started, ready }).flatMap(([kind, probe]) => (probe?.check.kind === "exec" ? listTemplates(probe.check.command, ["probes", kind, "exec"]) : []));
  return [
    ...listTemplates(role.command, ["command"]),
    ...listTemplates(role.args, ["args"]),
    ...Object.entries(role.env).map(([name, template]) => ({ template, keys: ["env", name], expected: { result: "text", secrets: "allowed" } as const })),
    ...Object.values(role.files).flatMap(({ path, content }) => contentTemplates(content, ["files", path])),
    ...probes,
  ];
}

/** Without their places. */
export function templatesOfContent(content: FileContent): readonly Template[] {
  return contentTemplates(content, []).map(({ template }) => template);
}

function contentTemplates(content: FileContent, keys: Path): readonly Placed[] {
  if (content.kind === "settings") return settingsTemplates(content.settings, [...keys, "set"], isNested(content.format) ? "value" : "text");
  return [{ template: content.template, keys: [...keys, content.from === undefined ? "text" : "from"], expected: { result: "text", secrets: "allowed" } }];
}

function settingsTemplates(settings: Settings, keys: Path, result: "text" | "value"): readonly Placed[] {
  return Object.entries(settings).flatMap(([key, setting]) => settingTemplates(setting, [...keys, key], result));
}

function settingTemplates(setting: Setting, keys: Path, result: "text" | "value"): readonly Placed[] {
  switch (setting.kind) {
    case "literal":
      return [];
    case "template":
      return [{ template: setting.template, keys, expected: { result, secrets: "allowed" } }];
    case "list":
      return setting.items.flatMap((item, index) => settingTemplates(item, [...keys, index], result));
    case "map":
      return settingsTemplates(setting.settings, keys, result);
  }
}

export function listTemplates(list: TemplateList | undefined, keys: Path): readonly Placed[] {
  if (list === undefined) return [];
  if (list.kind === "whole") return [{ template: list.template, keys, expected: { result: "list", secrets: "refused" } }];
  return list.elements.map((template, index) => ({ template, keys: [...keys, index], expected: { result: "text", secrets: "refused" } }));
}
