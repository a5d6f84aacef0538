import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Making } from "./made-once.ts";
import type { Jars } from "./recipe.ts";
import { run } from "./run.ts";

const plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";

/** Jars and all that they need at run time, into a folder. */
export async function fetchJars(making: Making, { artifacts, without = [] }: Jars, to: string): Promise<void> {
  await maven(making, artifacts.map((artifact) => dependency(artifact, without)).join(""), "copy-dependencies", "-DincludeScope=runtime", `-DoutputDirectory=${to}`);
}

/** The one folder that a zip holds, as `to`. */
export async function fetchDistribution(making: Making, artifact: string, to: string): Promise<void> {
  const unpacked = join(making.scratch, "unpacked");
  await maven(making, dependency(artifact, ["*:*"]), "unpack-dependencies", `-DoutputDirectory=${unpacked}`);
  const [folder = ""] = await readdir(unpacked);
  await mkdir(dirname(to), { recursive: true });
  await rename(join(unpacked, folder), to);
}

/** Maven checks what it fetches against the published sums; with -C a wrong one is an error. */
async function maven(making: Making, dependencies: string, goal: string, ...settings: readonly string[]): Promise<void> {
  const pom = join(making.scratch, "pom.xml");
  await writeFile(
    pom,
    `<project>
<modelVersion>4.0.0</modelVersion><groupId>troupe</groupId><artifactId>jars</artifactId><version>1</version>
<dependencies>${dependencies}</dependencies>
</project>\n`,
  );
  await run(making, "mvn", ["-B", "-C", "-f", pom, `${plugin}:${goal}`, ...settings]);
}

function dependency(coordinates: string, without: readonly string[]): string {
  const [group, artifact, version, type = "jar"] = coordinates.split(":");
  const exclusions = without.map((each) => `<exclusion>${names(each.split(":"))}</exclusion>`).join("");
  return `\n<dependency>${names([group, artifact])}<version>${version}</version><type>${type}</type><exclusions>${exclusions}</exclusions></dependency>`;
}

function names([group, artifact]: readonly (string | undefined)[]): string {
  return `<groupId>${group}</groupId><artifactId>${artifact}</artifactId>`;
}
