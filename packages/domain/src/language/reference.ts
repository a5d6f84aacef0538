import { functionNames, functions, methodNames, replaced } from "../expression/functions.ts";
import { commonTypes, type Place, variablesAt } from "../expression/types.ts";
import { type FieldHelp, helpOf, type Kind, kinds, type Shape } from "./fields-of.ts";
import { duration, quantity, scalar } from "./schema/words.ts";

/**
 * The reference of the language as Markdown: every field of every kind, and what expressions know. Maps with a name are told once,
 * under it; all others where they stand.
 */
export function referenceText(schemas: Readonly<Record<Kind, Parameters<typeof helpOf>[1]>> = kinds): string {
  const roots = (["app", "cluster", "pipeline"] as const).map((kind) => helpOf(kind, schemas[kind]));
  return [
    "# Reference of the definition language",
    "",
    "Made from the schemas that the parser judges by (`npm run generate`); `troupe explain app.roles.hooks` shows the same in a terminal.",
    "`<name>` stands for a name that people choose. A type with a link is a map that is told under its name.",
    "",
    "| type | |",
    "|---|---|",
    ...[scalar, quantity, duration].map((word) => `| ${word.meta()?.id?.toLowerCase()} | ${escaped(word.description ?? "")} |`),
    "",
    ...roots.flatMap(kindText),
    ...named(roots).flatMap(shapeText),
    ...expressionsText(),
  ].join("\n");
}

function kindText(root: FieldHelp): readonly string[] {
  return [`## ${root.name.charAt(0).toUpperCase()}${root.name.slice(1)}`, "", root.description, "", ...table(root.shapes)];
}

interface NamedShape {
  readonly name: string;
  readonly shape: Shape;
  /** Where it stands first, and how often in all. */
  readonly places: readonly string[];
}

function shapeText({ name, shape, places }: NamedShape): readonly string[] {
  const [first, ...others] = places;
  return [`## ${name}`, "", `\`${first}\`${others.length > 0 ? `, and ${others.length === 1 ? "one place" : `${others.length} places`} more` : ""}`, "", ...table([shape])];
}

/** All that have a name, each after what it stands in. */
function named(roots: readonly FieldHelp[]): readonly NamedShape[] {
  const found = new Map<string, { readonly name: string; readonly shape: Shape; readonly places: string[] }>();
  const visit = (field: FieldHelp, path: readonly string[]): void => {
    for (const shape of field.shapes) {
      const known = shape.name === undefined ? undefined : found.get(shape.name);
      if (known) known.places.push(path.join("."));
      else if (shape.name !== undefined) found.set(shape.name, { name: shape.name, shape, places: [path.join(".")] });
      if (!known) for (const inner of shape.fields) visit(inner, [...path, spelled(inner)]);
    }
  };
  for (const root of roots) visit(root, [root.name]);
  return [...found.values()];
}

function table(shapes: readonly Shape[]): readonly string[] {
  const rows = shapes.flatMap(({ fields }) => fields.flatMap((field) => fieldRows(field, [])));
  return ["| field | type | default | meaning |", "|---|---|---|---|", ...rows, ""];
}

function fieldRows(field: FieldHelp, above: readonly string[]): readonly string[] {
  const path = [...above, spelled(field)];
  const row = `| \`${path.join(".")}\` | ${linked(field)} | ${field.required ? "**required**" : escaped(field.default ?? "")} | ${escaped(field.description)} |`;
  const inside = field.shapes.filter(({ name }) => name === undefined).flatMap(({ fields }) => fields);
  return [row, ...inside.flatMap((inner) => fieldRows(inner, path))];
}

function spelled({ name, type, shapes }: FieldHelp): string {
  return type.startsWith("map of") && shapes.length > 0 ? `${name}.<name>` : name;
}

function linked({ type, shapes }: FieldHelp): string {
  return shapes.reduce((text, { name }) => (name === undefined ? text : text.replaceAll(new RegExp(`\\b${name}\\b(?!\\])`, "g"), `[${name}](#${name.toLowerCase()})`)), escaped(type));
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

const places: Readonly<Record<Place, string>> = {
  choice: "`when` of a role, the name of a Secret that is there already",
  cluster: "exports",
  member: "command, args, env, files and probes",
  crowd: "hooks of the cluster, and those in many members",
  target: "hooks in one member, or about one",
  handover: "the hook `handover`",
  operation: "steps of operations",
};

function expressionsText(): readonly string[] {
  const types = Object.entries(commonTypes).filter(([, fields]) => Object.keys(fields).length > 0);
  return [
    "## Expressions",
    "",
    "[expressions.md](expressions.md) says what they mean. What `${{ … }}` may read depends on where it stands:",
    "",
    "| where | names |",
    "|---|---|",
    ...Object.entries(places).map(([place, where]) => `| ${where} | ${Object.keys(variablesAt[place as Place]).map(code).join(", ")} |`),
    "",
    "| type | fields |",
    "|---|---|",
    ...types.map(([name, fields]) => `| ${name} | ${Object.entries(fields).map(([field, type]) => `${code(field)} ${escaped(type)}`).join(", ")} |`),
    "",
    "Functions:",
    "",
    ...signatures().map((signature) => `- ${code(signature)}`),
    "",
    `And of CEL's own: ${celsOwn().map(code).join(", ")}; \`? :\`, \`&&\`, \`||\`, \`!\`, comparisons, \`in\`, \`+ - * / %\`, \`[…]\`, \`{…}\`.`,
    "",
  ];
}

const addresses = ["Role.hosts(string): list<string>", "Role.service(string): string", "topology(string): map<string, list<string>>"];

function signatures(): readonly string[] {
  return [...addresses, ...functions.map(([signature]) => withPublicNames(signature))];
}

function celsOwn(): readonly string[] {
  const ours = new Set(signatures().map((signature) => /(\w+)\(/.exec(signature)?.[1]));
  return [...new Set([...functionNames, ...methodNames])].filter((name) => !ours.has(name));
}

/** Some of CEL's own are replaced under another name, which nobody writes. */
function withPublicNames(signature: string): string {
  return Object.entries(replaced).reduce((text, [name, own]) => text.replace(new RegExp(`\\b${own}\\b`), name), signature);
}

function code(text: string): string {
  return `\`${text}\``;
}
