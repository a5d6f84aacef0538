import { createHash } from "node:crypto";
import { chmod, mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Say } from "@troupe/deploy/local/build-once";
import { cacheFolder } from "@troupe/deploy/local/folders";
import { apt } from "./apt.ts";
import type { Image } from "./images/build.ts";
import { writeArchive } from "./images/archive.ts";
import { exists } from "@troupe/deploy/local/exists";
import { madeOnce, type Making } from "./images/made-once.ts";
import type { Recipe } from "./images/recipe.ts";
import { run } from "./images/run.ts";

/** Waits until it is told to end, and for every process whose parent has died: what a pod's first container is for. */
const recipe = { name: "small", version: "1", command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep infinity & wait; done"] } satisfies Recipe;
const reference = `troupe.local/${recipe.name}:${recipe.version}`;

/** That with everything in it finds no names: what looks them up has to be loaded. */
const packages = ["busybox", "libc6"];
const applets = ["sh", "sleep", "cat", "echo", "nslookup", "wget", "nc", "httpd", "stat", "timeout"];

/** Of 6 MB, from packages of Debian that are only unpacked: holds the namespaces of each pod, and serves small tests. */
export async function smallImage(say: Say): Promise<Image> {
  const key = createHash("sha256").update(JSON.stringify([recipe, packages, applets])).digest("hex").slice(0, 10);
  const folder = join(cacheFolder(), "images", `small-${key}`);
  await madeOnce(folder, recipe.name, say, async (unfinished, making) => {
    const tar = await makeLayer(making);
    const content = await readFile(tar);
    const layer = { tar, digest: `sha256:${createHash("sha256").update(content).digest("hex")}`, bytes: content.length };
    await writeArchive(join(unfinished, "image.tar"), reference, recipe, [layer], making);
  });
  return { reference, archive: join(folder, "image.tar") };
}

async function makeLayer(making: Making): Promise<string> {
  const [fetched, root, tar] = ["fetched", "root", "layer.tar"].map((name) => join(making.scratch, name)) as [string, string, string];
  await mkdir(fetched);
  await chmod(fetched, 0o777); // apt fetches as another user
  await apt(["update"]);
  await apt(["download", ...packages], fetched);
  for (const file of await readdir(fetched)) await run(making, "dpkg-deb", ["--extract", join(fetched, file), root]);
  for (const folder of ["bin", "lib", "lib64"]) {
    if (!(await exists(join(root, folder))) && (await exists(join(root, "usr", folder)))) await symlink(`usr/${folder}`, join(root, folder)); // newer releases have all there
  }
  for (const applet of applets) await symlink("busybox", join(root, "bin", applet));
  await mkdir(join(root, "tmp"));
  await chmod(join(root, "tmp"), 0o1777);
  await run(making, "tar", ["--numeric-owner", "--owner=0", "--group=0", "--exclude=usr/share", "--exclude=gconv", "-C", root, "-cf", tar, "."]);
  return tar;
}
