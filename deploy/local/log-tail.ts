import { open } from "node:fs/promises";
import { isErrno } from "./errno.ts";

/** More than enough for the lines of a crash, little enough to read at any time. */
const tailBytes = 64 * 1024;

/** The last lines of a file, without empty ones; none if there is no such file. */
export async function lastLines(file: string, count: number): Promise<readonly string[]> {
  const text = await tailOf(file);
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count);
}

async function tailOf(file: string): Promise<string> {
  try {
    await using handle = await open(file, "r");
    const { size } = await handle.stat();
    const start = Math.max(0, size - tailBytes);
    const buffer = Buffer.alloc(size - start);
    await handle.read(buffer, 0, buffer.length, start);
    return buffer.toString("utf8");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return "";
    throw error;
  }
}
