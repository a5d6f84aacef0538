import { Failure } from "@troupe/domain/failure";

/** The command line itself is wrong: exit 2. */
export function usage(message: string): Failure {
  return new Failure("invalid", message, { reason: "USAGE" });
}

// Timers take no more than 596 h, and end at once what is longer.
const mostHours = 500;

/** `90s`, `5m`, `1h30m`, or a number of seconds. */
export function parseDurationMs(text: string, option = "--timeout"): number {
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?$/.exec(text);
  if (!parts || text === "") throw usage(`${option} "${text}" is no duration: write 90s, 5m or 1h30m`);
  const [hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  const timeoutMs = ((hours * 60 + minutes) * 60 + seconds) * 1000;
  if (timeoutMs > mostHours * 3_600_000) throw usage(`${option} "${text}" is too long: at most ${mostHours}h`);
  return timeoutMs;
}

/** A whole number from 0 up. `option` is what messages call it. */
export function parseCount(text: string, option: string): number {
  if (!/^\d{1,9}$/.test(text)) throw usage(`${option} "${text}" is no whole number from 0 up`);
  return Number(text);
}

export function parsePort(text: string, option: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > 65_535) throw usage(`${option} "${text}" is no port: a number from 1 to 65535`);
  return Number(text);
}
