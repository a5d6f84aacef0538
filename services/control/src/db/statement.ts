/** One statement of several writing parts (`WITH a AS (…), b AS (…) SELECT …`), its values, and what must hold for it to stand. */
export class Statement {
  readonly #parts: string[] = [];
  readonly #guards: string[] = [];
  readonly #values: unknown[] = [];

  /** A value, as it is written in the text. */
  value(value: unknown, type: string): string {
    this.#values.push(value ?? null);
    return `$${this.#values.length}::${type}`;
  }

  /** Columns and their values, in the same order. */
  row(values: Readonly<Record<string, readonly [value: unknown, type: string]>>): { readonly columns: string; readonly values: string } {
    return {
      columns: Object.keys(values).join(", "),
      values: Object.values(values).map(([value, type]) => this.value(value, type)).join(", "),
    };
  }

  part(name: string, text: string): void {
    this.#parts.push(`${name} AS (${text})`);
  }

  /** A part that must return so many rows: otherwise nothing at all is done. */
  guarded(name: string, text: string, rows: number): void {
    this.part(name, text);
    this.#guards.push(`CASE WHEN (SELECT count(*) FROM ${name}) <> ${this.value(rows, "bigint")} THEN troupe_refuse('${name}') END`);
  }

  build(select: string, from: string): { readonly text: string; readonly values: readonly unknown[] } {
    return { text: `WITH ${this.#parts.join(",\n")}\n${[select, ...this.#guards].join(", ")} ${from}`, values: this.#values };
  }
}
