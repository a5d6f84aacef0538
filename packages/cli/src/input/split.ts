/** One document of a file, as text. */
export interface Part {
  readonly text: string;
  /** Line of the file at which the text begins, from 1. */
  readonly firstLine: number;
}

/**
 * The documents of a YAML stream. A line that begins with `---` or `...` always separates: no content of YAML may.
 * Parts with nothing but comments are left out. What begins with `{` is JSON, and one document.
 */
export function splitDocuments(text: string): readonly Part[] {
  const lines = text.split(/(?<=\n)/);
  const starts = [0, ...lines.flatMap((line, index) => (index > 0 && /^(---|\.\.\.)(\s|$)/.test(line) ? [index] : []))];
  return starts
    .map((start, index) => ({ text: lines.slice(start, starts[index + 1]).join(""), firstLine: start + 1 }))
    .filter(({ text: part }) => !/^\ufeff?(---|\.\.\.)?\s*(#.*)?(\n\s*(#.*)?)*$/.test(part));
}
