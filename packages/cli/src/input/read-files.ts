import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { Failure } from "@troupe/domain/failure";
import type { Terminal } from "../terminal.ts";
import { usage } from "../usage.ts";

export interface TextFile {
  /** As a person would name it; `-` for standard input. */
  readonly file: string;
  readonly text: string;
}

/** No document is as large, and the server takes no larger message. */
const mostBytes = 4 * 1024 * 1024;
const ending = /\.(ya?ml|json)$/;

/** Every file that `-f` names: a file, a folder (with `recursive` also those below it), or `-`. In the order given, folders by name. */
export async function readFiles(args: readonly string[], { recursive }: { readonly recursive: boolean }, terminal: Terminal): Promise<readonly TextFile[]> {
  if (args.length === 0) throw usage("which file? give -f FILE, -f FOLDER, or -f - for standard input");
  if (args.filter((arg) => arg === "-").length > 1) throw usage("-f - can be given once only");
  const found: TextFile[] = [];
  for (const arg of args) {
    if (arg === "-") found.push(textFile("-", await readInput(terminal)));
    else found.push(...(await readPath(arg, recursive)));
  }
  return found;
}

function readInput({ input, err }: Terminal): Promise<Uint8Array> {
  if (input.isTerminal) err.write("reading documents from the terminal; end with Ctrl-D\n");
  return input.readAll(mostBytes);
}

async function readPath(path: string, recursive: boolean): Promise<readonly TextFile[]> {
  const entry = await stat(path).catch((error: unknown) => Promise.reject(unreadable(path, error)));
  if (!entry.isDirectory()) return [await readText(path)];
  const paths = await filesOf(path, recursive);
  if (paths.length === 0) throw usage(`"${path}" holds no .yaml, .yml or .json file${recursive ? "" : "; -R looks in the folders below it too"}`);
  return Promise.all(paths.map(readText));
}

async function filesOf(folder: string, recursive: boolean): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive, withFileTypes: true }).catch((error: unknown) => Promise.reject(unreadable(folder, error)));
  return entries
    .filter((entry) => entry.isFile() && ending.test(entry.name) && !relative(folder, entry.parentPath).split("/").some((part) => part.startsWith(".")))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function readText(file: string): Promise<TextFile> {
  const bytes = await readFile(file).catch((error: unknown) => Promise.reject(unreadable(file, error)));
  return textFile(file, bytes);
}

function textFile(file: string, bytes: Uint8Array): TextFile {
  const spoken = file === "-" ? "standard input" : file;
  if (bytes.length > mostBytes) throw new Failure("invalid", `${spoken} has more than ${mostBytes / 1024 / 1024} MiB: definitions are smaller`, { reason: "TOO_LARGE" });
  return { file, text: utf8Of(bytes, spoken) };
}

/** Text, or a failure that says that it is none. */
export function utf8Of(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Failure("invalid", `${file} is not text in UTF-8`, { reason: "NOT_UTF8" });
  }
}

function unreadable(path: string, error: unknown): Failure {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const why: Readonly<Record<string, string>> = { ENOENT: "there is no such file or folder", EACCES: "reading it is not permitted", EISDIR: "it is a folder", ENOTDIR: "part of its path is no folder" };
  return new Failure("invalid", `cannot read "${path}": ${why[code] ?? (error instanceof Error ? error.message : String(error))}`, { reason: "USAGE", cause: error });
}
