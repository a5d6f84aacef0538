import type { Role } from "./app.ts";
import type { At } from "./check-names.ts";
import type { Problems } from "./problems.ts";

/** Names that would meet others: those of volumes of ours in a pod, and of claims of other members. */
export function checkVolumes(role: Role, problems: Problems, at: At): void {
  for (const name of Object.keys(role.volumes)) {
    if (name.startsWith("troupe-")) problems.add(at("volumes", name), "NAME_RESERVED", "volumes that begin with troupe- are Troupe's own", { key: true });
    checkKind(role, name, problems, at);
    // A claim is `<cluster>-<role>-<index>-<volume>-<life>`: a number inside could be the index of a member of another role.
    if (/-\d+-/.test(name)) problems.add(at("volumes", name), "NAME_INVALID", `the name ${name} has a number between dashes: claims are named by member and volume, and that of another role's member could be the same`, { key: true });
  }
}

/** A raw device has no folders, so nothing can be put into it. */
function checkKind({ volumes, files }: Role, name: string, problems: Problems, at: At): void {
  const volume = volumes[name];
  if (!volume?.block) return;
  const refuse = (field: string, message: string) => problems.add([...at("volumes", name), field], "FIELDS_EXCLUSIVE", message);
  if (volume.keep === "pod") refuse("keep", "scratch space is a folder: a block volume is kept always, or with its member");
  if (volume.seed) refuse("seed", "a block volume has no folders that could be copied into it");
  for (const path of Object.keys(files)) if (path.startsWith(`${volume.path}/`)) problems.add(at("files", path), "PATH_DUPLICATE", `${volume.path} is the block volume ${name}, so nothing can be below it`, { key: true });
}

/** Where `shm` is mounted. */
const sharedMemory = "/dev/shm";

/** Volumes and files must not hide each other, nor what Troupe puts into members. */
export function checkPaths(role: Role, problems: Problems, at: At): void {
  const volumes = volumePaths(role, problems, at);
  if (role.shm !== undefined) checkSharedMemory([...volumes.keys(), ...Object.keys(role.files)], problems, at);
  const files = new Set(Object.keys(role.files));
  const holders = new Map([...volumes].flatMap(([path, name]) => ancestorsOf(path).map((ancestor) => [ancestor, name])));
  for (const path of files) {
    const refuse = (reason: "PATH_RESERVED" | "PATH_DUPLICATE", message: string) => problems.add(at("files", path), reason, message, { key: true });
    const below = holders.get(path);
    const folder = ancestorsOf(path).find((ancestor) => files.has(ancestor));
    if (isTroupes(path)) refuse("PATH_RESERVED", "what is below /troupe is Troupe's own");
    if (volumes.has(path)) refuse("PATH_DUPLICATE", `${path} is the path of the volume ${volumes.get(path)}`);
    if (below !== undefined) refuse("PATH_DUPLICATE", `${path} is a folder, since the volume ${below} is below it`);
    if (folder !== undefined) refuse("PATH_DUPLICATE", `${folder} is a file already, so nothing can be below it`);
  }
}

function checkSharedMemory(paths: readonly string[], problems: Problems, at: At): void {
  const other = paths.find((path) => path === sharedMemory || path.startsWith(`${sharedMemory}/`));
  if (other !== undefined) problems.add(at("shm"), "PATH_DUPLICATE", `shared memory is at ${sharedMemory}, and so is ${other}: leave out one of them`);
}

/** Path → volume. */
function volumePaths(role: Role, problems: Problems, at: At): ReadonlyMap<string, string> {
  const volumes = new Map<string, string>();
  for (const { name, path } of Object.values(role.volumes)) {
    const refuse = (reason: "PATH_RESERVED" | "PATH_DUPLICATE", message: string) => problems.add([...at("volumes", name), "path"], reason, message);
    const other = volumes.get(path);
    if (other !== undefined) refuse("PATH_DUPLICATE", `${path} is the path of the volume ${other} already`);
    if (isTroupes(path)) refuse("PATH_RESERVED", "what is below /troupe is Troupe's own");
    volumes.set(path, name);
  }
  return volumes;
}

function isTroupes(path: string): boolean {
  return path === "/troupe" || path.startsWith("/troupe/");
}

function ancestorsOf(path: string): readonly string[] {
  return Array.from(path.slice(1).matchAll(/\//g), ({ index }) => path.slice(0, index + 1));
}
