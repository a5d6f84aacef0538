import { visible } from "./visible.ts";
import { padEnd, padStart, truncate, widthOf } from "./width.ts";

export interface Column<Row> {
  readonly title: string;
  /** As the server has it: what could steer the terminal is spelled out by the table. */
  readonly cell: (row: Row) => string;
  /** Colours the text of a cell. */
  readonly paint?: (row: Row) => (text: string) => string;
  readonly align?: "right";
  /** Left out where no row has anything in it. */
  readonly optional?: boolean;
  /** Cut first where a line is longer than the terminal. At most one. */
  readonly shrinks?: boolean;
}

const gap = "   ";

/** Aligned columns, no space at the end of a line, every line ended. `columns` bounds the lines where given. */
export function renderTable<Row>(table: readonly Column<Row>[], rows: readonly Row[], columns = Number.POSITIVE_INFINITY): string {
  const shown = table.filter(({ optional, cell }) => !optional || rows.some((row) => cell(row) !== ""));
  const texts = rows.map((row) => shown.map(({ cell }) => visible(cell(row)) || "–"));
  const widths = widthsOf(shown, texts, columns);
  const header = shown.map((column, index) => padded(column, column.title, widths[index] ?? 0));
  const lines = rows.map((row, at) => shown.map((column, index) => painted(column, row, texts[at]?.[index] ?? "", widths[index] ?? 0)));
  return [header, ...lines].map((cells) => `${cells.join(gap).trimEnd()}\n`).join("");
}

function widthsOf<Row>(table: readonly Column<Row>[], texts: readonly (readonly string[])[], columns: number): readonly number[] {
  const natural = table.map(({ title }, index) => Math.max(widthOf(title), ...texts.map((cells) => widthOf(cells[index] ?? ""))));
  const over = natural.reduce((sum, width) => sum + width, gap.length * (natural.length - 1)) - columns;
  if (over <= 0) return natural;
  return natural.map((width, index) => (table[index]?.shrinks ? Math.max(widthOf(table[index].title), 12, width - over) : width));
}

function painted<Row>(column: Column<Row>, row: Row, text: string, width: number): string {
  const cut = column.shrinks ? truncate(text, width) : text;
  return padded(column, column.paint ? column.paint(row)(cut) : cut, width);
}

function padded<Row>({ align }: Column<Row>, text: string, width: number): string {
  return align === "right" ? padStart(text, width) : padEnd(text, width);
}
