import { padEnd, padStart, truncate, widthOf } from "./width.ts";

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly align?: "right";
  /** Left out where no row has anything in it. */
  readonly optional?: boolean;
  /** Cut first where a line is longer than the terminal. At most one. */
  readonly shrinks?: boolean;
}

const gap = "   ";

/** Aligned columns, no space at the end of a line, every line ended. `columns` bounds the lines where given. */
export function renderTable<Row>(table: readonly Column<Row>[], rows: readonly Row[], columns = Number.POSITIVE_INFINITY): string {
  const shown = shownColumns(table, rows);
  const widths = widthsOf(shown, rows, columns);
  return [headerOf(shown, widths), ...rows.map((row) => lineOf(shown, row, widths))].map((line) => `${line}\n`).join("");
}

export function shownColumns<Row>(table: readonly Column<Row>[], rows: readonly Row[]): readonly Column<Row>[] {
  return table.filter(({ optional, cell }) => !optional || rows.some((row) => cell(row) !== ""));
}

/** The width of each column, for rows that are printed one at a time. */
export function widthsOf<Row>(table: readonly Column<Row>[], rows: readonly Row[], columns = Number.POSITIVE_INFINITY): readonly number[] {
  const natural = table.map(({ title, cell }) => Math.max(widthOf(title), ...rows.map((row) => widthOf(cell(row)))));
  const over = natural.reduce((sum, width) => sum + width, gap.length * (natural.length - 1)) - columns;
  if (over <= 0) return natural;
  return natural.map((width, index) => (table[index]?.shrinks ? Math.max(widthOf(table[index].title), 12, width - over) : width));
}

export function headerOf<Row>(table: readonly Column<Row>[], widths: readonly number[]): string {
  return join(table, table.map(({ title }) => title), widths);
}

export function lineOf<Row>(table: readonly Column<Row>[], row: Row, widths: readonly number[]): string {
  return join(table, table.map(({ cell }) => cell(row) || "–"), widths);
}

function join<Row>(table: readonly Column<Row>[], cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, index) => {
      const width = widths[index] ?? 0;
      const cut = table[index]?.shrinks ? truncate(cell, width) : cell;
      return table[index]?.align === "right" ? padStart(cut, width) : padEnd(cut, width);
    })
    .join(gap)
    .trimEnd();
}
