import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Making } from "./made-once.ts";
import type { Layer } from "./recipe.ts";
import { run } from "./run.ts";
import { inside, type Workshop } from "./workshop.ts";

/** Without what nobody reads in a container: manuals, translations. */
export async function makeDebian(release: string, tar: string, making: Making): Promise<void> {
  making.step(`the smallest system of Debian ${release}`);
  const excluded = ["man", "doc", "info", "locale"].map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`);
  const manuals = 'mkdir -p "$1/usr/share/man/man1" "$1/usr/share/man/man7"'; // some packages fail without the folders
  const options = ["--variant=minbase", "--mode=root", "--format=tar", "--dpkgopt=force-unsafe-io", '--aptopt=APT::Install-Recommends "false"', ...excluded];
  const hooks = [`--customize-hook=${manuals}`, '--customize-hook=rm -f "$1/etc/resolv.conf" "$1/etc/hostname"'];
  await run(making, "mmdebstrap", [...options, ...hooks, release, tar, ...(await debianSources(release))]);
}

/** Where this machine's apt gets Debian from, for another release than its own; empty where it says nothing of that, as then Debian's own servers are asked. */
async function debianSources(release: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)("apt-get", ["indextargets", "--format", "$(LABEL)|$(REPO_URI)", "Created-By: Packages"]);
  const uriOf = new Map(stdout.split("\n").map((line) => line.split("|") as [string, string]));
  const [main, security] = [uriOf.get("Debian"), uriOf.get("Debian-Security")];
  return [...(main ? [`deb ${main} ${release} main`] : []), ...(main && security ? [`deb ${security} ${release}-security main`] : [])];
}

export async function addUser(workshop: Workshop, { name, id }: NonNullable<Layer["user"]>): Promise<void> {
  const script = `groupadd --gid "$2" "$1"
useradd --uid "$2" --gid "$2" --home-dir "/home/$1" --create-home --shell /bin/bash "$1"`;
  await inside(workshop, script, name, String(id));
}

/** With what they depend on, and no more. */
export async function installPackages(workshop: Workshop, packages: readonly string[]): Promise<void> {
  const script = `apt-get -q update
apt-get -qy --no-install-recommends install "$@"`;
  await inside(workshop, script, ...packages);
}
