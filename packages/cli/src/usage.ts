import { Failure } from "@troupe/domain/failure";

/** The command line itself is wrong: exit 2. */
export function usage(message: string): Failure {
  return new Failure("invalid", message, { reason: "USAGE" });
}

/** `90s`, `5m`, `1h30m`, or a number of seconds. */
export function parseTimeoutMs(text: string): number {
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?$/.exec(text);
  if (!parts || text === "") throw usage(`--timeout "${text}" is no duration: write 90s, 5m or 1h30m`);
  const [hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

/** A whole number from 0 up. */
export function parseCount(text: string, option: string): number {
  if (!/^\d{1,9}$/.test(text)) throw usage(`${option} "${text}" is no whole number from 0 up`);
  return Number(text);
}
