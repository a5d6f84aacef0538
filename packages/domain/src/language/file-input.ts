import { mapNames, namedIn } from "../by-name.ts";
import type { Template } from "../expression/template.ts";
import { Failure } from "../failure.ts";
import type { Json, JsonObject } from "../json.ts";
import type { File, FileContent, FileFormat, Setting, Settings } from "./app.ts";
import { parseDocument } from "./document.ts";
import { scalarText, templateAt, type Fields } from "./fields.ts";
import type { MergedRole } from "./merge.ts";
import type { Path } from "./path.ts";
import { didYouMean, shown, type Problems } from "./problems.ts";
import { isNested, laidOver, whyNotKey, whyNotText } from "./settings.ts";

type FileInput = NonNullable<MergedRole["files"]>[string];

interface FileBuilder extends Fields {
  readonly packageFiles: Readonly<Record<string, string>>;
}

export function buildFile(builder: FileBuilder, path: string, input: FileInput, at: Path): File {
  return { path, content: buildContent(builder, input, at), mode: input.mode ?? "0644", owner: input.owner ?? "troupe", apply: input.apply ?? "restart" };
}

function buildContent(builder: FileBuilder, { text, from, format, set }: FileInput, at: Path): FileContent {
  const { problems } = builder;
  if (text !== undefined && (from !== undefined || format !== undefined)) problems.add([...at, "text"], "FIELDS_EXCLUSIVE", "a file is a text, or made from another file or from settings: write one of text, from and format", { key: true });
  if (format !== undefined) return { kind: "settings", format, settings: settingsOf(builder, format, from, set, at) };
  if (set !== undefined) problems.add([...at, "format"], "FIELD_MISSING", "format is missing: write how the settings are put down, such as properties or yaml");
  else if (text === undefined && from === undefined) problems.add([...at, "text"], "FIELD_MISSING", "text is missing: write what the file holds, or from, or format and set");
  const packaged = from === undefined ? undefined : packageFile(builder, from, [...at, "from"]);
  return { kind: "text", template: templateAt(builder, [...at, from === undefined ? "text" : "from"], packaged ?? text ?? ""), from };
}

function packageFile({ packageFiles, problems }: FileBuilder, name: string, path: Path): string | undefined {
  const text = namedIn(packageFiles, name);
  const known = Object.keys(packageFiles);
  if (text === undefined) problems.add(path, "PACKAGE_FILE_UNKNOWN", `the package has no file ${shown(name)}`, didYouMean(name, known));
  return text;
}

function settingsOf(builder: FileBuilder, format: FileFormat, from: string | undefined, set: JsonObject | undefined, at: Path): Settings {
  const base = from === undefined ? {} : settingsIn(builder, from, [...at, "from"]);
  const own = settingsFrom(builder, format, set ?? {}, [...at, "set"]);
  const below = settingsFrom({ ...builder, document: unplaced }, format, base, [...at, "from"]);
  return laidOver(laidOver({}, below), own);
}

/** Of a package file the text is not at hand where problems get their places: they are told where it is named. */
const unplaced: Fields["document"] = { value: null, kind: undefined, problems: [], placeOf: () => undefined, sourceOf: () => undefined };

function settingsIn(builder: FileBuilder, from: string, path: Path): JsonObject {
  const text = packageFile(builder, from, path);
  if (text === undefined) return {};
  const value = parsedYaml(text, from, path, builder.problems);
  if (isObject(value)) return value;
  if (value !== undefined) builder.problems.add(path, "TYPE_WRONG", `the file ${from} must hold a map of settings`);
  return {};
}

function parsedYaml(text: string, name: string, path: Path, problems: Problems): Json | undefined {
  try {
    const { value, problems: found } = parseDocument(text);
    for (const { reason, message, line } of found) problems.add(path, reason, `line ${line} of ${name}: ${message}`);
    return value;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const [first] = error.problems;
    problems.add(path, error.reason, `line ${first?.line ?? 1} of ${name}: ${first?.message ?? error.message}`);
    return undefined;
  }
}

/** Values of a definition as settings: texts are templates. */
function settingsFrom(builder: Fields, format: FileFormat, values: JsonObject, at: Path): Settings {
  return mapNames(values, (value, key) => {
    const wrong = whyNotKey(format, key);
    if (wrong !== undefined) builder.problems.add([...at, key], "NAME_INVALID", `${shown(key)} ${wrong}`, { key: true });
    return settingFrom(builder, format, value, [...at, key]);
  });
}

function settingFrom(builder: Fields, format: FileFormat, value: Json, at: Path): Setting {
  if (typeof value === "string") return { kind: "template", template: settingText(builder, format, value, at) };
  if (typeof value === "number" || typeof value === "boolean") scalarText(builder.document, builder.problems, at, value);
  if (typeof value !== "object" || value === null) return { kind: "literal", value };
  if (!isNested(format)) builder.problems.add(at, "TYPE_WRONG", `must be text, a number or true or false: ${format} has no lists or maps`);
  if (isList(value)) return { kind: "list", items: value.map((item, index) => settingFrom(builder, format, item, [...at, index])) };
  return { kind: "map", settings: settingsFrom(builder, format, value, at) };
}

function settingText(builder: Fields, format: FileFormat, value: string, at: Path): Template {
  const template = templateAt(builder, at, value);
  const wrong = whyNotText(format, template.parts.map((part) => (part.kind === "text" ? part.text : "")).join(""));
  if (wrong !== undefined) builder.problems.add(at, "CHARACTER_INVALID", wrong);
  return template;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
