/**
 * Which of the instances acts for a key: the one whose hash with it is highest. Everyone who knows the same instances finds
 * the same owner, and when one goes only its own keys move.
 */
export function ownerOf(key: string, instances: readonly string[]): string | undefined {
  let owner: string | undefined;
  let highest = -1;
  for (const instance of instances) {
    const hash = mix(fnv1a(`${instance}/${key}`));
    if (hash > highest || (hash === highest && owner !== undefined && instance < owner)) {
      owner = instance;
      highest = hash;
    }
  }
  return owner;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** Spreads what differs in the last characters only over all bits (the finalizer of MurmurHash3). */
function mix(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
