import { Failure } from "@troupe/domain/failure";
import { type FieldHelp, findHelp, helpOf, type Kind, kinds } from "@troupe/domain/language/fields-of";
import { nearest } from "@troupe/domain/nearest";
import { isMachineReadable, printValue, type Session } from "../session.ts";

/** `troupe explain app.roles.hooks`: what a field is, and the fields in it. */
export async function explain(session: Session, path: string | undefined): Promise<void> {
  const [kind = "", ...fields] = (path ?? "").split(/[./]/).filter((segment) => segment !== "");
  if (!isKind(kind)) throw unknown(kind, Object.keys(kinds), "explain begins with app, cluster or pipeline");
  const found = findHelp(helpOf(kind), fields);
  if ("unknown" in found) throw unknown(found.unknown, found.known, `there is no field "${found.unknown}" there`);
  if (isMachineReadable(session)) return printValue(session, found);
  session.terminal.out.write(textOf(session, [kind, ...fields].join("."), found));
}

function isKind(word: string): word is Kind {
  return Object.hasOwn(kinds, word);
}

function unknown(word: string, known: readonly string[], message: string): Failure {
  const near = nearest(word, known);
  return new Failure("invalid", `${message}${near === undefined ? `: there are ${known.slice(0, 40).join(", ")}` : `: did you mean ${near}?`}`, { reason: "USAGE" });
}

function textOf({ paint }: Session, path: string, { type, required, description, fields }: FieldHelp): string {
  const width = Math.max(0, ...fields.map(({ name }) => name.length));
  const lines = fields.map((field) => `  ${paint.bold(field.name.padEnd(width))}  ${paint.dim(field.type.length > 40 ? `${field.type.slice(0, 39)}…` : field.type)}${field.required ? " (required)" : ""}\n  ${" ".repeat(width)}  ${field.description}`);
  return [`${paint.bold(path)}  ${paint.dim(type)}${required ? " (required)" : ""}`, "", description, ...(lines.length > 0 ? ["", "Fields:", ...lines] : []), ""].join("\n");
}
