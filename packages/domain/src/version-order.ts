/** Words that, in a version, mean: not yet. A single letter does so only before a number: `2.0b1`, not `2024b`. */
const beforeRelease = /^(?:alpha|beta|cr|rc|milestone|pre|preview|dev|snapshot|nightly|canary|ea)$/;
const letterBeforeRelease = /^[abcm]$/;

/**
 * A text that orders versions when compared code unit by code unit: numbers by value (`4.10` after `4.9`), what comes before a
 * release before it (`5.0-rc1` before `5.0`), any other suffix after what it is added to (`16.4-1`, `2024b`).
 */
export function versionKey(version: string): string {
  return `${tokensOf(version).map(keyOf).join("")}${marks.end}`;
}

/** It is not one of those that come before a release. */
export function isStable(version: string): boolean {
  return !tokensOf(version).some(isBeforeRelease);
}

/** Newest first. */
export function byVersion(a: { readonly version: string; readonly build: number }, b: { readonly version: string; readonly build: number }): number {
  const [keyA, keyB] = [versionKey(a.version), versionKey(b.version)];
  return keyA === keyB ? b.build - a.build : keyA < keyB ? 1 : -1;
}

/** Their code units are what orders them. */
const marks = { before: "!", end: "%", word: "+", number: "." } as const;

function tokensOf(version: string): readonly string[] {
  return version.toLowerCase().match(/[-_+]\d+|\d+|[a-z]+/g) ?? [];
}

function isBeforeRelease(token: string, index: number, tokens: readonly string[]): boolean {
  return beforeRelease.test(token) || (letterBeforeRelease.test(token) && /^\d/.test(tokens[index + 1] ?? ""));
}

function keyOf(token: string, index: number, tokens: readonly string[]): string {
  if (/^[a-z]/.test(token)) return `${isBeforeRelease(token, index, tokens) ? marks.before : marks.word}${token}`;
  const digits = token.replace(/^[-_+]?0*(?=\d)/, "");
  const added = /^\d/.test(token) ? "" : marks.word;
  // How many digits goes before the digits: no limit to them, and nothing to pad.
  return `${added}${marks.number}${String(digits.length).padStart(3, "0")}${digits}`;
}
