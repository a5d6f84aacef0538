import { type FieldHelp, fieldsOf, findHelp, helpOf, type Kind, kinds } from "@troupe/domain/language/fields-of";
import { nearest } from "@troupe/domain/nearest";
import { renderFieldHelp, renderKinds } from "../print/field-help.ts";
import { isMachineReadable, printValue, type Session } from "../session.ts";
import { usage } from "../usage.ts";

const known = Object.keys(kinds) as readonly Kind[];

/** `troupe explain app.roles.hooks`: what a field is, and the fields in it. Without a path: what there is. */
export async function explain(session: Session, path = ""): Promise<void> {
  const { paint, terminal } = session;
  const style = { paint, columns: terminal.out.isTerminal ? terminal.out.columns() : undefined };
  // Indices and quoted keys stand in the paths of problems.
  const [kind, ...fields] = path.replaceAll(/\[[^\]]*\]/g, "").split(/[./]/).filter((segment) => segment !== "");
  if (kind === undefined) {
    const roots = known.map((each) => helpOf(each));
    return isMachineReadable(session) ? printValue(session, roots.map(lineOf)) : terminal.out.write(renderKinds(roots, style));
  }
  const found = fieldAt(kind.toLowerCase(), fields);
  const spoken = [kind.toLowerCase(), ...fields].join(".");
  if (isMachineReadable(session)) return printValue(session, { path: spoken, ...lineOf(found), fields: fieldsOf(found).map(lineOf) });
  terminal.out.write(renderFieldHelp(spoken, found, style));
}

function fieldAt(kind: string, fields: readonly string[]): FieldHelp {
  const isOf = known.find((each) => each === kind);
  if (isOf === undefined) throw usage(`there is no kind ${kind}: ${advice(kind, known)}`);
  const found = findHelp(helpOf(isOf), fields);
  if (!("unknown" in found)) return found;
  throw usage(found.known.length === 0 ? `there is no field ${found.unknown}: nothing is below what stands before it` : `there is no field ${found.unknown}: ${advice(found.unknown, found.known)}`);
}

function advice(word: string, words: readonly string[]): string {
  const near = nearest(word, words);
  return near === undefined ? `there are ${words.join(", ")}` : `did you mean ${near}?`;
}

/** Without what is below it. */
function lineOf({ name, type, values, default: byDefault, description, required }: FieldHelp) {
  return { name, type, ...(values.length > 0 && { values }), ...(byDefault !== undefined && { default: byDefault }), required, description };
}
