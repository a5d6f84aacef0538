/** An expression in a plain text that YAML takes apart. */
export interface UnquotedExpression {
  readonly offset: number;
  /** As it would be right, as far as it is on one line. */
  readonly quoted: string;
}

const longestLine = 10_000;
/** Texts in quotes, in which nothing means anything else; expressions; and what opens and closes maps and lists. */
const tokens = /(?<=^|[\s,:[{])(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')|\$\{\{|[{}[\]]/g;

/** That of the line in which the parser of YAML found a mistake. `isFirst`: there is no mistake before this one that could be to blame. */
export function unquotedExpression(text: string, mistake: number, isFirst: boolean): UnquotedExpression | undefined {
  const start = text.lastIndexOf("\n", mistake - 1) + 1;
  const [line = ""] = text.slice(start, start + longestLine).split("\n", 1);
  let depth = 0;
  for (const { 0: token, index } of line.matchAll(tokens)) {
    if (token === "${{") {
      const [source] = /^.*?\}\}/.exec(line.slice(index)) ?? [line.slice(index).trimEnd()];
      return isFirst || depth > 0 || /: | #/.test(source) ? { offset: start + index, quoted: quoted(source) } : undefined;
    }
    depth += token === "{" || token === "[" ? 1 : token === "}" || token === "]" ? -1 : 0;
  }
  return undefined;
}

function quoted(source: string): string {
  return /["\\]/.test(source) ? `'${source.replaceAll("'", "''")}'` : `"${source}"`;
}
