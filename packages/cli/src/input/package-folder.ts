import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "@troupe/domain/failure";
import { utf8Of } from "./read-files.ts";

/** Definitions with their package travel and are stored as one; resources.md section 4. */
const mostBytes = 384 * 1024;

/** The files of an App's `package` folder, name → text. They become keys of a map of files: no folders below it. */
export async function readPackage(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (!entries) throw new Failure("invalid", `"${folder}" is no folder that can be read`, { reason: "PACKAGE_UNREADABLE" });
  const visible = entries.filter(({ name }) => !name.startsWith(".")).sort((a, b) => (a.name < b.name ? -1 : 1));
  const below = visible.find((entry) => entry.isDirectory());
  if (below) throw new Failure("invalid", `"${join(folder, below.name)}" is a folder: a package holds files only`, { reason: "PACKAGE_UNREADABLE" });
  const files = await Promise.all(visible.map(async ({ name }) => [name, utf8Of(await readFile(join(folder, name)), join(folder, name))] as const));
  const bytes = files.reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0);
  if (bytes > mostBytes) throw new Failure("invalid", `"${folder}" holds ${Math.ceil(bytes / 1024)} KiB: a package has at most ${mostBytes / 1024}`, { reason: "TOO_LARGE" });
  return Object.fromEntries(files);
}
