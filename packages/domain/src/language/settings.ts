import { byName, mapNames, namedIn } from "../by-name.ts";
import { textTemplate } from "../expression/template.ts";
import type { Json, JsonObject } from "../json.ts";
import type { FileFormat, Setting, Settings } from "./app.ts";
import { environmentName } from "./schema/words.ts";

/** The keys and values that a structured file is made from. */

/** Flat formats have no maps or lists. */
export function isNested(format: FileFormat): boolean {
  return format === "yaml" || format === "json";
}

/** What is wrong with a key, as the end of a sentence about it; undefined when nothing is. A shell would run what is no name. */
export function whyNotKey(format: FileFormat, key: string): string | undefined {
  if (format !== "env") return whyNotText(format, key);
  return environmentName.safeParse(key).success ? undefined : "is no name of a variable: letters, digits, dots, dashes and underscores, not beginning with a digit or two dots";
}

/** What XML 1.0 has no way to write, not even as a number. */
const notInXml = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** The same of a text, whatever it stands for. */
export function whyNotText(format: FileFormat, text: string): string | undefined {
  const code = format === "hadoop-xml" ? notInXml.exec(text)?.[0].codePointAt(0) : undefined;
  return code === undefined ? undefined : `holds the character U+${code.toString(16).toUpperCase().padStart(4, "0")}, which XML cannot hold: leave it out`;
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
    return [key, setting.kind === "map" ? { ...setting, settings: laidOver(base?.kind === "map" ? base.settings : {}, setting.settings) } : setting] as const;
  });
  return byName([...Object.entries(below), ...merged].filter(([key]) => !isRemoved(namedIn(above, key))));
}

function isRemoved(setting: Setting | undefined): boolean {
  return setting?.kind === "literal" && setting.value === null;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
