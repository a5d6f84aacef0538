import type { V1Container, V1Volume, V1VolumeMount } from "@kubernetes/client-node";
import type { File } from "../language/app.ts";
import type { DesiredCluster, DesiredRole } from "../plan/desired.ts";
import { escaped } from "./env.ts";
import { fileKey, filesMount, filesOf, packageKey, packageMount } from "./files.ts";
import { filesName } from "./identity.ts";
import type { Manifest } from "./manifest.ts";

/**
 * How files come into place. An init container of the same image copies them: into the declared volume that holds their
 * path, or into a scratch folder that takes the place of the image's folder and begins as a copy of it. So other files of the
 * folder stay, and a process may write its own. The root folder cannot be replaced: its files are put into it one by one.
 */

type Mount = Manifest<V1VolumeMount>;
const filesVolume = "troupe-files";
const packageVolume = "troupe-app";
/** Where the init container sees the folder that replaces `folders[n]`. */
const stagingMount = "/troupe/folders";

/** undefined where the role has no files. Its image must have a POSIX `sh`, `cp`, `mkdir` and `chmod`. */
export function installerOf(cluster: DesiredCluster, role: DesiredRole, index: number): Omit<Manifest<V1Container>, "securityContext"> | undefined {
  const files = filesOf(cluster, role.name);
  if (files.length === 0) return undefined;
  const folders = replacedFolders(files, role);
  return {
    name: "install-files",
    image: role.image,
    command: ["/bin/sh", "-c", escaped(script(files, folders, role, index))],
    volumeMounts: [
      { name: filesVolume, mountPath: filesMount },
      ...volumesWithFiles(files, role).map(({ name, path }) => ({ name, mountPath: path })),
      ...folders.map((_, position) => ({ name: folderVolume(position), mountPath: `${stagingMount}/${position}` })),
    ],
  };
}

/** In the main container. */
export function fileMounts(cluster: DesiredCluster, role: DesiredRole): readonly Mount[] {
  const files = filesOf(cluster, role.name);
  const folders = replacedFolders(files, role);
  return [...folders.flatMap((folder, position) => mountsOfFolder(folder, position, files)), ...(hasPackage(cluster) ? [{ name: packageVolume, mountPath: packageMount, readOnly: true }] : [])];
}

function mountsOfFolder(folder: string, position: number, files: readonly File[]): readonly Mount[] {
  const name = folderVolume(position);
  if (folder !== "/") return [{ name, mountPath: folder }];
  return files.filter(({ path }) => folderOf(path) === "/").map(({ path }) => ({ name, mountPath: path, subPath: path.slice(1) }));
}

export function fileVolumes(cluster: DesiredCluster, role: DesiredRole): readonly Manifest<V1Volume>[] {
  const files = filesOf(cluster, role.name);
  const name = filesName(cluster);
  return [
    ...(files.length > 0 ? [{ name: filesVolume, configMap: { name } }] : []),
    ...replacedFolders(files, role).map((_, position) => ({ name: folderVolume(position), emptyDir: {} })),
    ...(hasPackage(cluster) ? [{ name: packageVolume, configMap: { name, defaultMode: 0o555, items: Object.keys(cluster.app.package).map((path) => ({ key: packageKey(path), path })) } }] : []),
  ];
}

/** Copies what the image has in each folder, then the files, each with its mode. */
function script(files: readonly File[], folders: readonly string[], role: DesiredRole, index: number): string {
  const seeds = folders.flatMap((folder, position) => (folder === "/" ? [] : [seed(folder, `${stagingMount}/${position}/`)]));
  const copies = files.map((file, position) => copy(file, target(file, folders), `${filesMount}/${fileKey(role.name, index, file, position)}`));
  return ["set -eu", ...seeds, ...copies].join("\n");
}

/** What this user cannot read is left out: the process, which is the same user's, could not read it either. */
function seed(folder: string, to: string): string {
  return `if [ -d ${quoted(folder)} ]; then cp -RP ${quoted(`${folder}/.`)} ${to} || :; fi`;
}

/** Line by line, as `sh -e` does not stop at what fails inside `a && b`. `-f`: the file of the last pod may be read-only. */
function copy({ mode, owner }: File, to: string, from: string): string {
  const lines = [`mkdir -p ${quoted(folderOf(to))}`, `cp -f ${quoted(from)} ${quoted(to)}`, `chmod ${mode} ${quoted(to)}`];
  // In a volume it is the application's own from its first start on; elsewhere nothing of it outlives the pod.
  const isOnce = owner === "app" && !to.startsWith(stagingMount);
  return (isOnce ? [`if [ ! -e ${quoted(to)} ]; then`, ...lines, "fi"] : lines).join("\n");
}

function target({ path }: File, folders: readonly string[]): string {
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

function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

function folderVolume(position: number): string {
  return `troupe-folder-${position}`;
}

function hasPackage({ app }: DesiredCluster): boolean {
  return Object.keys(app.package).length > 0;
}

/** For sh: nothing inside single quotes means anything. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
