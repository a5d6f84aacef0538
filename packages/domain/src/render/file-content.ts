import { mapNames } from "../by-name.ts";
import { evaluateTemplate } from "../expression/evaluate.ts";
import type { Scope } from "../expression/scope.ts";
import type { SecretPart, SecretSource } from "../expression/value.ts";
import type { Json, JsonObject } from "../json.ts";
import type { FileContent, Setting, Settings } from "../language/app.ts";
import { formatted, hole } from "./formats.ts";
import { plainText } from "./text.ts";

/** What a file holds for one member: texts, and secrets between them, which are named and not known. */
export function contentOf(content: FileContent, scope: Scope): readonly SecretPart[] {
  if (content.kind === "settings") return settingsContent(content, scope);
  const value = evaluateTemplate(content.template, scope);
  return value.kind === "secret" ? joined(value.parts) : [plainText(value)];
}

function settingsContent({ format, settings }: Extract<FileContent, { kind: "settings" }>, scope: Scope): readonly SecretPart[] {
  const secrets: SecretSource[] = [];
  const text = formatted(format, valuesOf(settings, scope, secrets));
  return withSecrets(text, secrets);
}

function valuesOf(settings: Settings, scope: Scope, secrets: SecretSource[]): JsonObject {
  return mapNames(settings, (setting) => valueOf(setting, scope, secrets));
}

function valueOf(setting: Setting, scope: Scope, secrets: SecretSource[]): Json {
  switch (setting.kind) {
    case "literal":
      return setting.value;
    case "list":
      return setting.items.map((item) => valueOf(item, scope, secrets));
    case "map":
      return valuesOf(setting.settings, scope, secrets);
    case "template": {
      const value = evaluateTemplate(setting.template, scope);
      if (value.kind === "json") return value.value;
      if (value.kind === "null") return null;
      return value.kind === "text" ? value.text : value.parts.map((part) => (typeof part === "string" ? part : holeFor(part, secrets))).join("");
    }
  }
}

function holeFor(source: SecretSource, secrets: SecretSource[]): string {
  secrets.push(source);
  return `${hole.open}${secrets.length - 1}${hole.close}`;
}

const holes = new RegExp(`${hole.open}(\\d+)${hole.close}`);

function withSecrets(text: string, secrets: readonly SecretSource[]): readonly SecretPart[] {
  if (secrets.length === 0) return [text];
  return joined(text.split(holes).map((part, position) => (position % 2 === 0 ? part : (secrets[Number(part)] ?? ""))));
}

/** Texts that follow one another are one, and empty ones none. */
function joined(parts: readonly SecretPart[]): readonly SecretPart[] {
  return parts.reduce<readonly SecretPart[]>((done, part) => {
    const last = done.at(-1);
    if (part === "") return done;
    return typeof part === "string" && typeof last === "string" ? [...done.slice(0, -1), last + part] : [...done, part];
  }, []);
}
