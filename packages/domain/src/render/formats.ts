import { Document, isScalar, Scalar, visit } from "yaml";
import type { Json, JsonObject } from "../json.ts";
import type { FileFormat } from "../language/app.ts";

/*
 * Settings → text of a file, with keys in order, so that equal settings are equal texts. What is not text is written as JSON
 * writes it; null leaves a key of a flat format out. `hole`: characters that stand for a secret, which is put in later.
 */

/** Marks where a secret is put in: private characters, which no format escapes. */
export const hole = { open: "\uE000", close: "\uE001" } as const;

export function formatted(format: FileFormat, settings: JsonObject): string {
  switch (format) {
    case "properties":
      return lines(settings, (key, value) => `${propertyKey(key)}=${propertyValue(value)}`);
    case "env":
      return lines(settings, (key, value) => `${key}=${shellQuoted(value)}`);
    case "hadoop-xml":
      return hadoopXml(settings);
    case "json":
      return `${JSON.stringify(ordered(settings), null, 2)}\n`;
    case "yaml":
      return yamlText(settings);
  }
}

function lines(settings: JsonObject, line: (key: string, value: string) => string): string {
  return entriesOf(settings).map(([key, value]) => `${line(key, value)}\n`).join("");
}

function entriesOf(settings: JsonObject): readonly (readonly [string, string])[] {
  return Object.keys(settings)
    .toSorted()
    .flatMap((key) => {
      const value = settings[key] ?? null;
      return value === null ? [] : [[key, typeof value === "string" ? value : JSON.stringify(value)] as const];
    });
}

/** The rules of java.util.Properties.load, which reads bytes as ISO 8859-1: everything beyond ASCII is written as \uXXXX. */
function propertyValue(text: string): string {
  return propertyText(text).replace(/^ /, "\\ ");
}

function propertyKey(text: string): string {
  return propertyText(text).replaceAll(/[ =:]/g, "\\$&").replace(/^[#!]/, "\\$&");
}

function propertyText(text: string): string {
  return beyondAscii(text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t").replaceAll("\f", "\\f"));
}

function beyondAscii(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, (unit) => (unit === hole.open || unit === hole.close ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`));
}

/** For `. file` in a shell, and for whoever reads NAME=value lines: quoted only where it must be. */
function shellQuoted(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]*$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function hadoopXml(settings: JsonObject): string {
  const properties = entriesOf(settings).map(([name, value]) => `  <property>\n    <name>${xml(name)}</name>\n    <value>${xml(value)}</value>\n  </property>\n`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<configuration>\n${properties.join("")}</configuration>\n`;
}

function xml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\r", "&#13;");
}

function ordered(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(ordered);
  const map = value as JsonObject;
  return Object.fromEntries(Object.keys(map).toSorted().map((key) => [key, ordered(map[key] ?? null)]));
}

function yamlText(settings: JsonObject): string {
  // Many applications read YAML 1.1, to which yes, 012 and 1:30 are no texts.
  const document = new Document(ordered(settings), { aliasDuplicateObjects: false, compat: "yaml-1.1" });
  visit(document, (_, node) => {
    // A secret of digits alone would become a number, and blank lines would lose their blanks.
    if (isScalar(node) && typeof node.value === "string" && (node.value.includes(hole.open) || node.value.trim() === "")) node.type = Scalar.QUOTE_DOUBLE;
  });
  return document.toString({ lineWidth: 0 });
}
