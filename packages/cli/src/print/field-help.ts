import { type FieldHelp, fieldsOf } from "@troupe/domain/language/fields-of";
import type { Paint } from "./paint.ts";
import { type Column, renderTable } from "./table.ts";
import { truncate } from "./width.ts";

export interface FieldStyle {
  readonly paint: Paint;
  /** Bounds the lines of a table; undefined where nobody looks at them on a screen. */
  readonly columns: number | undefined;
}

/** What a field is, and the fields in it with a line each. */
export function renderFieldHelp(path: string, field: FieldHelp, { paint, columns }: FieldStyle): string {
  const head = `${paint.bold(path)}   ${paint.cyan(typeOf(field))}\n\n${field.description}\n`;
  const byDefault = field.default === undefined ? "" : `\nDefault: ${field.default}\n`;
  return `${head}${byDefault}${tableOf(fieldsOf(field), { paint, columns })}`;
}

/** What there is to be explained. */
export function renderKinds(kinds: readonly FieldHelp[], style: FieldStyle): string {
  return `${tableOf(kinds, style).trimStart()}\ntroupe explain KIND.FIELD.FIELD says more\n`;
}

function tableOf(fields: readonly FieldHelp[], { paint, columns }: FieldStyle): string {
  const table: readonly Column<FieldHelp>[] = [
    { title: "FIELD", cell: ({ name }) => name, paint: () => paint.bold },
    { title: "TYPE", cell: (field) => truncate(typeOf(field), longestType), paint: () => paint.cyan },
    { title: "MEANING", cell: ({ description, default: byDefault }) => `${description}${byDefault === undefined ? "" : ` Default: ${byDefault}.`}`, shrinks: true },
  ];
  return fields.length === 0 ? "" : `\n${renderTable(table, fields, columns)}`;
}

const longestType = 32;

function typeOf({ type, required }: FieldHelp): string {
  return required ? `${type}, required` : type;
}
