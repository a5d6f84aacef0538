import { connect } from "node:net";
import { once } from "node:events";
import { containerdSocket } from "./node-files.ts";
import type { Machine } from "./machine.ts";
import { run } from "./run.ts";

/** The containerd of a node, spoken to from outside. */
export interface Containerd {
  /** Whether it listens. */
  answers(): Promise<true | undefined>;
  /** Unless it has an image of that name and digest. */
  importImage(archive: string, images: readonly ImageName[]): Promise<void>;
}

export interface ImageName {
  readonly name: string;
  readonly digest: string;
}

export function containerdOf({ pid }: Machine): Containerd {
  const socket = `/proc/${pid}/root${containerdSocket}`;
  const ctr = (...args: readonly string[]) => run({ command: "ctr", before: ["--address", socket, "--namespace", "k8s.io"] }, ...args);
  return {
    answers: () => answers(socket),
    importImage: async (archive, images) => {
      const there = parseImages(await ctr("images", "ls"));
      if (images.length > 0 && images.every(({ name, digest }) => there.get(name) === digest)) return;
      await ctr("images", "import", archive);
    },
  };
}

async function answers(path: string): Promise<true | undefined> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return undefined; // not yet
  } finally {
    socket.destroy();
  }
}

/** Columns REF, TYPE and DIGEST. */
function parseImages(table: string): ReadonlyMap<string, string> {
  return new Map(table.split("\n").map((line) => line.split(/\s+/)).flatMap(([name, , digest]) => (name !== undefined && digest !== undefined ? [[name, digest] as const] : [])));
}

/** What an OCI archive holds, by its index; nothing where containerd finds out by itself. */
export async function imagesIn(archive: string): Promise<readonly ImageName[]> {
  const index = JSON.parse(await run({ command: "tar", before: ["--extract", "--to-stdout", "--file", archive] }, "index.json")) as Index;
  return index.manifests.flatMap(({ digest, annotations }) => {
    const name = annotations?.["io.containerd.image.name"];
    return name === undefined ? [] : [{ name, digest }];
  });
}

/** https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md#indexjson-file */
interface Index {
  readonly manifests: readonly { readonly digest: string; readonly annotations?: Readonly<Record<string, string>> }[];
}
