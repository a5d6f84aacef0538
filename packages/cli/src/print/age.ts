/** How long ago, in one unit, as `get` shows it: `45s`, `3m`, `7h`, `12d`, `3y`. */
export function ageOf(time: string | undefined, nowMs: number): string {
  const sinceMs = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(sinceMs) ? "–" : spanOf(nowMs - sinceMs);
}

/** A span in its largest sensible unit; one that is negative (clocks differ) is `0s`. */
export function spanOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  return days < 730 ? `${days}d` : `${Math.floor(days / 365)}y`;
}

/** A span that is being watched: `8s`, `1m 20s`. */
export function elapsedOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
}
