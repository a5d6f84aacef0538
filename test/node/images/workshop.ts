import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Making } from "./made-once.ts";
import { run } from "./run.ts";

/** A root file system that is being added to. */
export interface Workshop {
  readonly making: Making;
  /** What is added. It may be written to from outside as well, while nothing runs inside. */
  readonly added: string;
}

export async function openWorkshop(making: Making, below: readonly string[]): Promise<Workshop> {
  const [lower = "", added = ""] = await Promise.all(["lower", "added", "work", "root"].map((name) => mkdir(join(making.scratch, name), { recursive: true })));
  for (const tar of below) await run(making, "tar", ["--numeric-owner", "-C", lower, "-xf", tar]);
  return { making, added };
}

/** Runs a shell script in the file system as its root, with this machine's network, certificates and mirrors. */
export async function inside({ making }: Workshop, script: string, ...args: readonly string[]): Promise<void> {
  // Mounts and processes end with the namespaces that they are in, so there is nothing to clean up, even after a kill.
  await run(making, "unshare", ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "sh", "-c", enter, "sh", script, ...args]);
}

const enter = `set -eu
mount -t overlay overlay -o lowerdir=lower,upperdir=added,workdir=work root
mount -t proc proc root/proc
mount -t tmpfs tmpfs root/run
: >root/etc/resolv.conf
mount --bind /etc/resolv.conf root/etc/resolv.conf
[ ! -f /etc/ssl/certs/ca-certificates.crt ] || cp /etc/ssl/certs/ca-certificates.crt root/run/certificates.pem
{ apt-config dump | grep -E '^Acquire::https?::' || :; echo 'Acquire::https::CAInfo "/run/certificates.pem";'; } >root/run/apt.conf
for file in /etc/pip.conf "\${PIP_CONFIG_FILE:-}"; do [ ! -f "$file" ] || cp "$file" root/run/pip.conf; done
printf '#!/bin/sh\\nexit 101\\n' >root/usr/sbin/policy-rc.d # packages start nothing
chmod +x root/usr/sbin/policy-rc.d
export APT_CONFIG=/run/apt.conf PIP_CONFIG_FILE=/run/pip.conf PIP_CERT=/run/certificates.pem REQUESTS_CA_BUNDLE=/run/certificates.pem PIP_FIND_LINKS=
unset PYTHONDONTWRITEBYTECODE SSL_CERT_DIR SSL_CERT_FILE
export HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
script=$1
shift
exec chroot root sh -euc "$script" sh "$@"`;

/** The layer as a tar file, without what the work itself has left. What was removed from below stays: nothing here needs it away. */
export async function pack({ making, added }: Workshop, tar: string): Promise<void> {
  const left = ["etc/resolv.conf", "usr/sbin/policy-rc.d", "proc", "tmp", "root/.cache", "var/cache/apt", "var/lib/apt/lists", "var/log/apt", "var/log/dpkg.log"];
  for (const path of left) await rm(join(added, path), { recursive: true, force: true });
  await run(making, "find", [added, "-type", "c", "-delete"]); // an overlay's sign for what was removed
  await run(making, "tar", ["--numeric-owner", "--sort=name", "-C", added, "-cf", tar, "."]);
}
