import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Generates `proto/gen` from `proto/troupe` and the two `google.rpc` files of error details:
 * ts-proto code, and `descriptors.bin` for server reflection. `--check` only compares with what is committed.
 */
const root = join(import.meta.dirname, "..");
const committed = join(import.meta.dirname, "gen");

// facts.md, "Tools, as they behave together": ts-proto's defaults do not start under type stripping.
const options = [
  "outputServices=grpc-js",
  "importSuffix=.ts",
  "esModuleInterop=true",
  "enumsAsLiterals=true",
  "unrecognizedEnum=false",
  "stringEnums=false",
  "forceLong=bigint",
  "useDate=string",
  "useReadonlyTypes=true",
  "oneof=unions-value",
  "useExactTypes=false",
  "useOptionals=messages",
];

function generate(into: string): void {
  const work = mkdtempSync(join(tmpdir(), "troupe-proto-"));
  try {
    cpSync(join(root, "proto/troupe"), join(work, "troupe"), { recursive: true });
    mkdirSync(join(work, "google/rpc"), { recursive: true });
    for (const file of ["status.proto", "error_details.proto"]) {
      cpSync(join(root, "node_modules/google-proto-files/google/rpc", file), join(work, "google/rpc", file));
    }
    writeFileSync(join(work, "buf.yaml"), "version: v2\n");
    writeFileSync(join(work, "buf.gen.yaml"), JSON.stringify({ version: "v2", plugins: [{ local: "protoc-gen-ts_proto", out: into, opt: options, include_imports: true }] }));
    buf(work, ["generate"]);
    // Only described, for reflection: its code is the library's.
    cpSync(join(root, "node_modules/grpc-health-check/proto/health/v1/health.proto"), join(work, "grpc/health/v1/health.proto"));
    buf(work, ["build", "--as-file-descriptor-set", "-o", join(into, "descriptors.bin")]);
  } finally {
    rmSync(work, { recursive: true });
  }
}

function buf(cwd: string, args: readonly string[]): void {
  const bin = join(root, "node_modules/.bin");
  const { status } = spawnSync(join(bin, "buf"), args, { cwd, stdio: "inherit", env: { ...process.env, PATH: `${bin}:${process.env["PATH"]}` } });
  if (status !== 0) throw new Error(`buf ${args[0]} failed`);
}

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

function check(): void {
  const fresh = mkdtempSync(join(tmpdir(), "troupe-gen-"));
  try {
    generate(fresh);
    const differing = [...new Set([...filesOf(fresh), ...filesOf(committed)])].filter((file) => read(fresh, file) !== read(committed, file));
    if (differing.length === 0) return;
    console.error(`proto/gen is not what proto/troupe generates: ${differing.join(", ")}\nrun: npm run generate`);
    process.exitCode = 1;
  } finally {
    rmSync(fresh, { recursive: true });
  }
}

function read(folder: string, file: string): string | undefined {
  return filesOf(folder).includes(file) ? readFileSync(join(folder, file), "latin1") : undefined;
}

if (process.argv.includes("--check")) {
  check();
} else {
  rmSync(committed, { recursive: true, force: true });
  mkdirSync(committed);
  generate(committed);
}
