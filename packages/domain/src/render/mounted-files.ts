import type { DesiredCluster, DesiredRole } from "../plan/desired.ts";
import { type FilesInPlace, filesVolume } from "./file-mounts.ts";
import { fileKey, filesOf } from "./files.ts";
import { filesName } from "./identity.ts";

/** For images without a shell: each file is mounted by itself, so that others of its folder stay, and can only be read. */
export function mountedFiles(cluster: DesiredCluster, role: DesiredRole, index: number): FilesInPlace {
  const files = filesOf(cluster, role.name).map((file, position) => ({ path: file.path, mode: Number.parseInt(file.mode, 8), key: fileKey(role.name, index, file, position) }));
  if (files.length === 0) return { container: undefined, volumes: [], mounts: [] };
  return {
    container: undefined,
    volumes: [{ name: filesVolume, configMap: { name: filesName(cluster), items: files.map(({ key, mode }) => ({ key, path: key, mode })) } }],
    mounts: files.map(({ path, key }) => ({ name: filesVolume, mountPath: path, subPath: key, readOnly: true })),
  };
}
