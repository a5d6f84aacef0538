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
  return fieldBelow(helpOf(isOf), fields, false);
}

/** Below a map of names a word that is no field there is taken for a name, unless it is a slip of the pen. */
function fieldBelow(above: FieldHelp, [word, ...rest]: readonly string[], mayBeName: boolean): FieldHelp {
  if (word === undefined) return above;
  const found = findHelp(above, [word]);
  if (!("unknown" in found)) return fieldBelow(found, rest, found !== above && found.type.includes("map of "));
  if (!mayBeName) throw usage(unknownField(word, found.known));
  if (isSlip(above, word, rest, found.known)) throw usage(`${unknownField(word, found.known)} A name is written <${word}>`);
  return fieldBelow(above, rest, false);
}

/** What it is close to is a field with the rest below it. Slips keep the first letter: `data` is a name, and not meant to be `path`. */
function isSlip(above: FieldHelp, word: string, rest: readonly string[], known: readonly string[]): boolean {
  const near = nearest(word, known);
  return near?.charAt(0) === word.charAt(0) && !("unknown" in findHelp(above, [near, ...rest]));
}

function unknownField(word: string, known: readonly string[]): string {
  return `there is no field ${word}: ${known.length === 0 ? "nothing is below what stands before it" : advice(word, known)}`;
}

function advice(word: string, words: readonly string[]): string {
  const near = nearest(word, words);
  return near === undefined ? `there are ${words.join(", ")}` : `did you mean ${near}?`;
}

/** Without what is below it. */
function lineOf({ name, type, values, default: byDefault, description, required }: FieldHelp) {
  return { name, type, ...(values.length > 0 && { values }), ...(byDefault !== undefined && { default: byDefault }), required, description };
}
