import type { V1Container, V1Volume, V1VolumeMount } from "@kubernetes/client-node";
import type { Scope } from "../expression/scope.ts";
import type { File, Volume } from "../language/app.ts";
import type { DesiredCluster, DesiredRole, SecretKey } from "../plan/desired.ts";
import { escaped } from "./env.ts";
import { contentOf } from "./file-content.ts";
import { fileKey, filesMount, filesOf, partsOf } from "./files.ts";
import { filesName } from "./identity.ts";
import type { Manifest } from "./manifest.ts";
import { secretKeyOf } from "./secret-keys.ts";

/**
 * How files come into place. An init container of the same image copies them: into the declared volume that holds their
 * path, or into a scratch folder that takes the place of the image's folder and begins as a copy of it. So other files of the
 * folder stay, and a process may write its own. The root folder cannot be replaced: its files are put into it one by one.
 */

type Mount = Manifest<V1VolumeMount>;
export const filesVolume = "troupe-files";
/** Where the init container sees the folder that replaces `folders[n]`, the volume that begins as the image's, and Secrets. */
const stagingMount = "/troupe/folders";
const seedMount = "/troupe/seed";
const secretsMount = "/troupe/secrets";

/** What brings a role's files into a member. */
export interface FilesInPlace {
  /** Of the member's image, before the process starts; undefined where there is nothing to do. */
  readonly container: Omit<Manifest<V1Container>, "securityContext"> | undefined;
  readonly volumes: readonly Manifest<V1Volume>[];
  /** In the main container. */
  readonly mounts: readonly Mount[];
}

/** The image must have a POSIX `sh`, `cp`, `mkdir`, `cat` and `chmod`. */
export function copiedFiles(cluster: DesiredCluster, role: DesiredRole, secretName: string, scope: Scope): FilesInPlace {
  const files = filesOf(cluster, role.name).map((file, position) => installed(cluster, role, secretName, scope, file, position));
  const seeds = seedsOf(role);
  if (files.length + seeds.length === 0) return { container: undefined, volumes: [], mounts: [] };
  const folders = replacedFolders(files.map(({ file }) => file), role);
  const secrets = [...new Set(files.flatMap(({ sources }) => sources.flatMap((source) => (source.kind === "secret" ? [source.at.name] : []))))].toSorted();
  return {
    container: {
      name: "install-files",
      image: role.image,
      command: ["/bin/sh", "-c", escaped(script(files, folders, role, secrets))],
      volumeMounts: [
        ...(files.length > 0 ? [{ name: filesVolume, mountPath: filesMount }] : []),
        ...secrets.map((_, position) => ({ name: secretVolume(position), mountPath: `${secretsMount}/${position}` })),
        ...volumesWithFiles(files.map(({ file }) => file), role).filter((volume) => !seeds.some(({ name }) => name === volume.name)).map(({ name, path }) => ({ name, mountPath: path })),
        ...seeds.map(({ name }) => ({ name, mountPath: `${seedMount}/${name}` })),
        ...folders.map((_, position) => ({ name: folderVolume(position), mountPath: `${stagingMount}/${position}` })),
      ],
    },
    volumes: [
      ...(files.length > 0 ? [{ name: filesVolume, configMap: { name: filesName(cluster) } }] : []),
      ...folders.map((_, position) => ({ name: folderVolume(position), emptyDir: {} })),
      // Whoever the process is, it may read what is written into its files.
      ...secrets.map((name, position) => ({ name: secretVolume(position), secret: { secretName: name, defaultMode: 0o444 } })),
    ],
    mounts: folders.flatMap((folder, position) => mountsOfFolder(folder, position, files.map(({ file }) => file))),
  };
}

/** A file, and what it is put together from. */
interface InstalledFile {
  readonly file: File;
  readonly sources: readonly ({ readonly kind: "text"; readonly key: string } | { readonly kind: "secret"; readonly at: SecretKey })[];
}

function installed(cluster: DesiredCluster, role: DesiredRole, secretName: string, scope: Scope, file: File, position: number): InstalledFile {
  const key = fileKey(role.name, scope.self?.member.index ?? 0, file, position);
  const parts = partsOf(key, contentOf(file.content, scope));
  return { file, sources: parts.map((part) => (part.kind === "text" ? part : { kind: "secret", at: secretKeyOf(cluster, secretName, part.source) })) };
}

function mountsOfFolder(folder: string, position: number, files: readonly File[]): readonly Mount[] {
  const name = folderVolume(position);
  if (folder !== "/") return [{ name, mountPath: folder }];
  return files.filter(({ path }) => folderOf(path) === "/").map(({ path }) => ({ name, mountPath: path, subPath: path.slice(1) }));
}

/** Copies what the image has in each folder and seeded volume, then the files, each with its mode. */
function script(files: readonly InstalledFile[], folders: readonly string[], role: DesiredRole, secrets: readonly string[]): string {
  const copiesOfFolders = folders.flatMap((folder, position) => (folder === "/" ? [] : [seed(folder, `${stagingMount}/${position}/`)]));
  const copies = files.map(({ file, sources }) => copy(file, target(file, folders, role), sources.map((source) => placeOf(source, secrets))));
  return ["set -eu", ...copiesOfFolders, ...seedsOf(role).map(seedVolume), ...copies].join("\n");
}

function placeOf(source: InstalledFile["sources"][number], secrets: readonly string[]): string {
  return source.kind === "text" ? `${filesMount}/${source.key}` : `${secretsMount}/${secrets.indexOf(source.at.name)}/${source.at.key}`;
}

/** Once in the life of a volume: the mark is written last, so that a copy that was broken off is made again. */
function seedVolume({ name, path }: Volume): string {
  const to = `${seedMount}/${name}`;
  return [`if [ ! -e ${to}/.troupe-seeded ]; then`, seed(path, `${to}/`), `: > ${to}/.troupe-seeded`, "fi"].join("\n");
}

/** What this user cannot read is left out: the process, which is the same user's, could not read it either. */
function seed(folder: string, to: string): string {
  return `if [ -d ${quoted(folder)} ]; then cp -RP ${quoted(`${folder}/.`)} ${to} || :; fi`;
}

/** Line by line, as `sh -e` does not stop at what fails inside `a && b`. `-f`: the file of the last pod may be read-only. */
function copy({ mode, owner }: File, to: string, from: readonly string[]): string {
  const [only = ""] = from;
  const made = from.length === 1 ? `cp -f ${quoted(only)} ${quoted(to)}` : `rm -f ${quoted(to)}\n(umask 077; cat ${from.map(quoted).join(" ")} > ${quoted(to)})`;
  const lines = [`mkdir -p ${quoted(folderOf(to))}`, made, `chmod ${mode} ${quoted(to)}`];
  // In a volume it is the application's own from its first start on; elsewhere nothing of it outlives the pod.
  const isOnce = owner === "app" && !to.startsWith(stagingMount);
  return (isOnce ? [`if [ ! -e ${quoted(to)} ]; then`, ...lines, "fi"] : lines).join("\n");
}

function target({ path }: File, folders: readonly string[], role: DesiredRole): string {
  const holder = holderOf(path, role);
  if (holder?.seed) return `${seedMount}/${holder.name}/${path.slice(holder.path.length + 1)}`;
  const position = folders.indexOf(folderOf(path));
  return position < 0 ? path : `${stagingMount}/${position}/${path.slice(path.lastIndexOf("/") + 1)}`;
}

/** Folders outside every declared volume that a file lies in, in order. */
function replacedFolders(files: readonly File[], role: DesiredRole): readonly string[] {
  const outside = files.filter(({ path }) => !Object.values(role.volumes).some((volume) => isInside(path, volume.path)));
  return [...new Set(outside.map(({ path }) => folderOf(path)))].toSorted();
}

function volumesWithFiles(files: readonly File[], role: DesiredRole): readonly { readonly name: string; readonly path: string }[] {
  return Object.values(role.volumes).filter((volume) => files.some(({ path }) => isInside(path, volume.path)));
}

/** The volume that a path is in: of one inside another the inner one. */
function holderOf(path: string, role: DesiredRole): Volume | undefined {
  return Object.values(role.volumes).filter((volume) => isInside(path, volume.path)).toSorted((a, b) => b.path.length - a.path.length)[0];
}

function seedsOf(role: DesiredRole): readonly Volume[] {
  return Object.values(role.volumes).filter(({ seed }) => seed);
}

function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

function folderVolume(position: number): string {
  return `troupe-folder-${position}`;
}

function secretVolume(position: number): string {
  return `troupe-secret-${position}`;
}

/** For sh: nothing inside single quotes means anything. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
