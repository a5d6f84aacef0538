import { Failure } from "./failure.ts";

/**
 * An amount of cpu, memory or storage as Kubernetes writes it. Exact: counted in billionths, never negative.
 * `binary` says that it was written with Ki, Mi, …, which decides how it is spelled and nothing else.
 */
export interface Quantity {
  readonly nano: bigint;
  readonly binary: boolean;
}

const nanoPerUnit = 1_000_000_000n;
/** What the API server can hold: 2^63 - 1. */
const most = ((1n << 63n) - 1n) * nanoPerUnit;
const decimalSuffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/** Legal: `500m`, `0.5`, `4`, `16Gi`, `1e3`. Throws invalid. */
export function parseQuantity(text: string): Quantity {
  const match = /^(\d{1,30})(?:\.(\d{1,30}))?(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,2}))?$/.exec(text);
  if (!match) throw refused(text, "write a number with an optional unit, such as 500m, 4, 16Gi");
  const [, whole = "", fraction = "", suffix = "", exponent] = match;
  const binary = suffix.endsWith("i");
  const digits = BigInt(whole + fraction);
  const nano = binary
    ? scaled(digits * 1024n ** BigInt(binarySuffixes.indexOf(suffix)), 9 - fraction.length)
    : scaled(digits, (exponent === undefined ? 3 * decimalSuffixes.indexOf(suffix) - 9 : Number(exponent)) + 9 - fraction.length);
  if (nano > most) throw refused(text, "it must be below 8Ei");
  return { nano, binary };
}

/** The text that the API server leaves as it is: `1Ti` for 1024Gi, `500m` for 0.5. Equal amounts of one kind of unit have equal texts. */
export function spell({ nano, binary }: Quantity): string {
  if (nano === 0n) return "0";
  const units = nano / nanoPerUnit;
  if (binary && nano % nanoPerUnit === 0n && units >= 1024n) return withSuffix(units, 1024n, binarySuffixes);
  return withSuffix(nano, 1000n, decimalSuffixes);
}

export function compareQuantities(a: Quantity, b: Quantity): number {
  return a.nano < b.nano ? -1 : a.nano > b.nano ? 1 : 0;
}

/** Whole bytes, rounded up. Exact below 2^53, which is 8 PiB. */
export function bytesOf(quantity: Quantity): number {
  return Number((quantity.nano + nanoPerUnit - 1n) / nanoPerUnit);
}

/** Thousandths, rounded up: of cpu. */
export function milliOf(quantity: Quantity): number {
  return Number((quantity.nano + 999_999n) / 1_000_000n);
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const longestMs = 366 * 86_400_000;

/** `30s`, `5m`, `1h30m`, `2d`, `500ms`. Throws invalid. */
export function parseDurationMs(text: string): number {
  if (!/^(?:\d{1,9}d)?(?:\d{1,9}h)?(?:\d{1,9}m)?(?:\d{1,9}s)?(?:\d{1,9}ms)?$/.test(text) || text === "") {
    throw refused(text, "write a time with its unit, such as 30s, 5m, 1h30m");
  }
  const durationMs = [...text.matchAll(/(\d+)([a-z]+)/g)].reduce((sum, [, count, unit = ""]) => sum + Number(count) * (unitsMs[unit] ?? 0), 0);
  if (durationMs > longestMs) throw refused(text, "it must be at most a year");
  return durationMs;
}

/** value × 10^exponent, rounded up as the API server does below a billionth: whoever asks for little gets some. */
function scaled(value: bigint, exponent: number): bigint {
  if (exponent >= 0) return value * 10n ** BigInt(exponent);
  const divisor = 10n ** BigInt(-exponent);
  return (value + divisor - 1n) / divisor;
}

function withSuffix(value: bigint, step: bigint, suffixes: readonly string[]): string {
  const [first = "", ...larger] = suffixes;
  if (larger.length === 0 || value % step !== 0n) return `${value}${first}`;
  return withSuffix(value / step, step, larger);
}

function refused(text: string, advice: string): Failure {
  return new Failure("invalid", `"${text.slice(0, 40)}": ${advice}`, { reason: "QUANTITY_INVALID" });
}
