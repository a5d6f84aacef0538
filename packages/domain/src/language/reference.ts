import { commonTypes, variablesOfMembers } from "../expression/types.ts";
import { functionNames, methodNames } from "../expression/functions.ts";
import { type FieldHelp, helpOf, type Kind } from "./fields-of.ts";

/** The reference of the language as Markdown: every field of every kind, and what expressions know. */
export function referenceText(): string {
  const kinds = (["app", "cluster", "pipeline"] as const).map(kindText);
  return [
    "# Reference of the definition language",
    "",
    "Made from the schemas that the parser judges by (`npm run generate`); `troupe explain app.roles.hooks` shows the same in a terminal.",
    "",
    ...kinds,
    expressionsText(),
  ].join("\n");
}

function kindText(kind: Kind): string {
  const root = helpOf(kind);
  const rows = fieldRows(root, []).map(({ path, field }) => `| \`${path}\` | ${escaped(field.type)}${field.required ? " (required)" : ""} | ${escaped(field.description)} |`);
  return [`## ${kind.charAt(0).toUpperCase()}${kind.slice(1)}`, "", root.description, "", "| field | type | meaning |", "|---|---|---|", ...rows, ""].join("\n");
}

interface Row {
  readonly path: string;
  readonly field: FieldHelp;
}

/** Specs of clusters in a pipeline, and what roles share with their app, are told once. */
function fieldRows(parent: FieldHelp, above: readonly string[]): readonly Row[] {
  return parent.fields.flatMap((field): readonly Row[] => {
    const path = [...above, field.type.startsWith("map of") && field.fields.length > 0 ? `${field.name}.<name>` : field.name];
    const row = { path: path.join("."), field };
    return isToldBefore(field, above) ? [row] : [row, ...fieldRows(field, path)];
  });
}

function isToldBefore({ name }: FieldHelp, above: readonly string[]): boolean {
  if (above[0] === "spec" && above[1] === "roles.<name>") return ["ports", "volumes", "files", "probes", "stop", "update", "hooks"].includes(name);
  return name === "clusters";
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

function expressionsText(): string {
  const types = Object.entries(commonTypes).filter(([, fields]) => Object.keys(fields).length > 0);
  return [
    "## Expressions",
    "",
    "`${{ … }}` holds CEL. In members it begins with:",
    "",
    ...Object.entries(variablesOfMembers).map(([name, type]) => `- \`${name}\`: ${type}`),
    "",
    "| type | fields |",
    "|---|---|",
    ...types.map(([name, fields]) => `| ${name} | ${Object.entries(fields).map(([field, type]) => `\`${field}\` ${type}`).join(", ")} |`),
    "",
    `Functions: ${functionNames.map((name) => `\`${name}\``).join(", ")}.`,
    "",
    `Methods: ${methodNames.map((name) => `\`.${name}()\``).join(", ")}.`,
    "",
  ].join("\n");
}
