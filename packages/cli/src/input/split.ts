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
    .filter(({ text: part }) => holdsSomething(part));
}

/** Line by line: one expression over a whole part of many comments and empty lines would try them in every combination. */
function holdsSomething(part: string): boolean {
  const [first = "", ...others] = part.split("\n");
  return [first.replace(/^\ufeff?(---|\.\.\.)?/, ""), ...others].some((line) => !isBlank(line.trim()));
}

function isBlank(line: string): boolean {
  return line === "" || line.startsWith("#");
}
