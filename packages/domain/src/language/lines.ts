/** 1-based, in UTF-16 units, counted from the beginning of the file that a text is part of. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Offsets of a text → lines and columns; found only when somebody asks. */
export interface Lines {
  readonly text: string;
  placeAt(offset: number): Place;
}

export function linesOf(text: string, firstLine: number): Lines {
  let starts: readonly number[] | undefined;
  return {
    text,
    placeAt(offset) {
      starts ??= [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
      const at = Math.max(0, Math.min(offset, text.length));
      const line = lastNotAfter(starts, at);
      return { line: firstLine + line, column: at - (starts[line] ?? 0) + 1 };
    },
  };
}

/** Index of the last of the rising numbers that is not above `limit`. */
function lastNotAfter(rising: readonly number[], limit: number): number {
  let [low, high] = [0, rising.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((rising[middle] ?? 0) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
