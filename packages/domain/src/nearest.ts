/** The known word that somebody who wrote `word` most likely meant; undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > 60) return undefined;
  const wanted = word.toLowerCase();
  const allowed = wanted.length <= 3 ? 1 : wanted.length <= 7 ? 2 : 3;
  const [best] = known
    .filter((candidate) => candidate !== "" && candidate.length <= 60)
    .slice(0, 200)
    .map((candidate) => ({ candidate, distance: distance(wanted, candidate.toLowerCase()) }))
    .filter((found) => found.distance <= allowed && found.distance < wanted.length)
    .toSorted((a, b) => a.distance - b.distance);
  return best?.candidate ?? onlyOneWith(wanted, known);
}

/** `TERM` of `SIGTERM`. */
function onlyOneWith(word: string, known: readonly string[]): string | undefined {
  const found = word.length < 3 ? [] : known.filter((candidate) => candidate.toLowerCase().includes(word));
  return found.length === 1 ? found[0] : undefined;
}

/** Letters to add, drop, replace or swap with their neighbour. */
function distance(a: string, b: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next: number[] = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const plain = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next.push(swapped ? Math.min(plain, (before[j - 2] ?? 0) + 1) : plain);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
