/** The known word that somebody who wrote `word` most likely meant; undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > 60) return undefined;
  const wanted = word.toLowerCase();
  let best: string | undefined;
  // Only what is nearer than the best is looked for.
  let allowed = Math.min(wanted.length - 1, wanted.length <= 3 ? 1 : wanted.length <= 7 ? 2 : 3);
  for (const candidate of known.filter((each) => each !== "" && each.length <= 60).slice(0, 200)) {
    const found = allowed < 0 ? Number.POSITIVE_INFINITY : distance(wanted, candidate.toLowerCase(), allowed);
    if (found > allowed) continue;
    best = candidate;
    allowed = found - 1;
  }
  return best ?? onlyOneWith(wanted, known);
}

/** `TERM` of `SIGTERM`. */
function onlyOneWith(word: string, known: readonly string[]): string | undefined {
  const found = word.length < 3 ? [] : known.filter((candidate) => candidate.toLowerCase().includes(word));
  return found.length === 1 ? found[0] : undefined;
}

/** Letters to add, drop, replace or swap with their neighbour; where it is more than `most`, some number above it. */
function distance(a: string, b: string, most: number): number {
  const far = most + 1;
  if (Math.abs(a.length - b.length) > most) return far;
  const width = b.length + 1;
  // Row 0 to row a.length; further from the diagonal than `most`, all is too far.
  const steps = new Uint8Array((a.length + 1) * width).fill(far);
  for (let j = 0; j <= Math.min(b.length, most); j += 1) steps[j] = j;
  for (let i = 1; i <= a.length; i += 1) {
    const [row, above] = [i * width, (i - 1) * width];
    let least = i <= most ? i : far;
    steps[row] = least;
    for (let j = Math.max(1, i - most); j <= Math.min(b.length, i + most); j += 1) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1;
      const plain = Math.min((steps[above + j] ?? far) + 1, (steps[row + j - 1] ?? far) + 1, (steps[above + j - 1] ?? far) + same);
      const swapped = i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1);
      const best = swapped ? Math.min(plain, (steps[above - width + j - 2] ?? far) + 1) : plain;
      steps[row + j] = best;
      least = Math.min(least, best);
    }
    if (least > most) return far;
  }
  return steps[steps.length - 1] ?? far;
}
