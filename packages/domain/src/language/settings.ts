import { byName, mapNames, namedIn } from "../by-name.ts";
import { textTemplate } from "../expression/template.ts";
import type { Json, JsonObject } from "../json.ts";
import type { FileFormat, Setting, Settings } from "./app.ts";

/** The keys and values that a structured file is made from. */

/** Flat formats have no maps or lists. */
export function isNested(format: FileFormat): boolean {
  return format === "yaml" || format === "json";
}

/** Values that are what they say, such as a Cluster's: no expression is looked for in them. */
export function literalSettings(values: JsonObject): Settings {
  return mapNames(values, literalSetting);
}

function literalSetting(value: Json): Setting {
  if (typeof value === "string") return { kind: "template", template: textTemplate(value) };
  if (typeof value !== "object" || value === null) return { kind: "literal", value };
  return isList(value) ? { kind: "list", items: value.map(literalSetting) } : { kind: "map", settings: literalSettings(value) };
}

/** Maps key by key, null removes, everything else replaces. */
export function laidOver(below: Settings, above: Settings): Settings {
  const merged = Object.entries(above).map(([key, setting]) => {
    const base = namedIn(below, key);
    return [key, setting.kind === "map" && base?.kind === "map" ? { ...setting, settings: laidOver(base.settings, setting.settings) } : setting] as const;
  });
  return byName([...Object.entries(below), ...merged].filter(([key]) => !isRemoved(namedIn(above, key))));
}

function isRemoved(setting: Setting | undefined): boolean {
  return setting?.kind === "literal" && setting.value === null;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
