export interface BackoffLimits {
  /** The longest delay after the first failure. */
  readonly firstMs: number;
  /** No delay is longer, whatever the attempt. */
  readonly mostMs: number;
}

/**
 * How long to wait after a failed attempt (counted from 0): exponential with full jitter, so that callers
 * that failed together do not come back together. `random` gives numbers in [0, 1).
 */
export function delayMs(attempt: number, random: () => number, { firstMs, mostMs }: BackoffLimits): number {
  return Math.floor(random() * Math.min(mostMs, firstMs * 2 ** attempt));
}
