import { isRoot } from "@troupe/deploy/local/folders";
import type { Say } from "@troupe/deploy/local/build-once";
import { installOnMachine, missingPackages } from "../apt.ts";

/** What makes the images is there, or is installed now; rejects where that cannot be. */
export async function prepareMachine(say: Say): Promise<void> {
  if (!isRoot()) throw new Error("images are made as root: their files belong to several users, and their programs run in mounts of their own");
  await installOnMachine(await missingPackages(packageOf), "which make the systems that images begin with and fetch what lies in them", say);
}

const packageOf: Readonly<Record<string, string>> = { mmdebstrap: "mmdebstrap", mvn: "maven" };

/** By the names of the image format, which are Debian's as well. */
export function architecture(): string {
  return process.arch === "x64" ? "amd64" : process.arch;
}
