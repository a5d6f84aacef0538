import { execFile } from "node:child_process";
import { promisify } from "node:util";

const oldest = { major: 1, minor: 26 };

/** Programs are built the same on every machine: without C, and with nothing that would change go.mod. */
export function goEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...env, CGO_ENABLED: "0", GOFLAGS: "-mod=readonly", GOWORK: "off" };
}

/** Rejects with what to do unless a Go that is new enough is at hand. */
export async function requireGo(moduleDir: string, needed: { readonly name: string; readonly why: string; readonly instead: string }): Promise<void> {
  const found = await goVersion(moduleDir);
  if (found !== undefined && isNewEnough(found)) return;
  const have = found === undefined ? "there is none on the PATH" : `this is ${found}`;
  throw new Error(`${needed.name} (${needed.why}) has to be built, which takes Go ${oldest.major}.${oldest.minor} or newer, and ${have}\n${needed.instead}`);
}

/** Such as "go1.26.8"; asked inside the module, where Go may fetch the version that go.mod names. */
async function goVersion(moduleDir: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)("go", ["env", "GOVERSION"], { cwd: moduleDir, env: goEnvironment() });
    return stdout.trim();
  } catch {
    return undefined;
  }
}

export function isNewEnough(version: string): boolean {
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return version.startsWith("devel"); // built from its own source
  return Number(major) > oldest.major || (Number(major) === oldest.major && Number(minor) >= oldest.minor);
}
