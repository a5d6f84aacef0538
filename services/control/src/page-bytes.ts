/**
 * What is listed ends a page when it has so many bytes as JSON, whatever was asked for: callers take messages of 4 MiB, and on the
 * wire things may be somewhat larger.
 */
export const pageBytes = 3 * 1024 * 1024;

/** As many of the first as `pageBytes` hold, but at least one. */
export function fitting<T>(all: readonly T[]): readonly T[] {
  let bytes = 0;
  const end = all.findIndex((one, index) => (bytes += bytesOf(one)) > pageBytes && index > 0);
  return end === -1 ? all : all.slice(0, end);
}

export function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
