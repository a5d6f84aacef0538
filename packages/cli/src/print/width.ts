// Columns that a terminal gives a text, for tables that stay aligned whatever people name things.

const colour = /\u001b\[[0-9;]*m/g;
const ascii = /^[\u0020-\u007e]*$/;
const wide =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\p{Regional_Indicator})/u;
const zero = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;

/** How many columns it takes; colours take none. */
export function widthOf(text: string): number {
  const plain = text.replace(colour, "");
  if (ascii.test(plain)) return plain.length;
  return graphemes(plain).reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0);
}

export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

export function padStart(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - widthOf(text))) + text;
}

/** At most `width` columns, ending in `…` where something was cut. A text with colours keeps them. */
export function truncate(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width <= 0) return "";
  let left = width - 1;
  let full = false;
  let coloured = false;
  let result = "";
  for (const piece of pieces(text)) {
    if (piece.startsWith("\u001b")) {
      result += piece;
      coloured = true;
    } else if (!full) {
      left -= graphemeWidth(piece);
      full = left < 0;
      result += full ? "…" : piece;
    }
  }
  return coloured ? `${result}\u001b[0m` : result;
}

function pieces(text: string): readonly string[] {
  return text.split(/(\u001b\[[0-9;]*m)/).flatMap((part) => (part.startsWith("\u001b") ? [part] : graphemes(part)));
}

function graphemes(text: string): readonly string[] {
  return Array.from(new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text), ({ segment }) => segment);
}

function graphemeWidth(grapheme: string): number {
  if (zero.test(grapheme)) return 0;
  return wide.test(grapheme) || grapheme.includes("\ufe0f") ? 2 : 1;
}
