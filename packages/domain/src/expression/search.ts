/**
 * Where a text stands in another, in time that grows with the length of both: the engine's own search multiplies them for
 * texts that repeat themselves, and a definition could stall a process with one (Knuth, Morris and Pratt's way).
 */
export function* placesOf(search: string, text: string): Generator<number> {
  const shorter = prefixesIn(search);
  let matched = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    while (matched > 0 && (matched === search.length || search.charCodeAt(matched) !== unit)) matched = shorter[matched - 1] ?? 0;
    if (search.charCodeAt(matched) === unit) matched += 1;
    if (matched === search.length) yield at + 1 - search.length;
  }
}

/** For each beginning of a text, how long the longest other beginning is that it ends with. */
function prefixesIn(text: string): Int32Array {
  const lengths = new Int32Array(text.length);
  let matched = 0;
  for (let at = 1; at < text.length; at += 1) {
    while (matched > 0 && text.charCodeAt(matched) !== text.charCodeAt(at)) matched = lengths[matched - 1] ?? 0;
    if (text.charCodeAt(matched) === text.charCodeAt(at)) matched += 1;
    lengths[at] = matched;
  }
  return lengths;
}

/** The first place at or after `from`; -1 where there is none. */
export function firstPlace(text: string, search: string, from = 0): number {
  if (search === "") return from;
  const [place] = placesOf(search, from === 0 ? text : text.slice(from));
  return place === undefined ? -1 : place + from;
}

/** The last place at or before `from`; -1 where there is none. */
export function lastPlace(text: string, search: string, from = text.length): number {
  if (search === "") return from;
  let last = -1;
  for (const place of placesOf(search, text.slice(0, from + search.length))) last = place;
  return last;
}

/** What stands between the places of a separator; characters where it is empty. */
export function piecesOf(text: string, separator: string): readonly string[] {
  if (separator === "") return text.split("");
  const pieces: string[] = [];
  let from = 0;
  for (const place of placesOf(separator, text)) {
    if (place < from) continue;
    pieces.push(text.slice(from, place));
    from = place + separator.length;
  }
  return [...pieces, text.slice(from)];
}
