import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { brokenImportRules } from "./import-rules.ts";
import { applicationNamesInCode } from "./application-names.ts";
import { undocumentedReasons } from "./reasons.ts";

/** What is true of the code as text: types, lint, import rules, the wire, nothing unused. */
interface Check {
  readonly name: string;
  /** What is wrong, ready to be printed; empty when nothing is. */
  readonly run: (root: string) => string;
}

const checks: readonly Check[] = [
  { name: "types", run: command("tsc", "-p", "tsconfig.json") },
  { name: "lint", run: lint },
  { name: "import rules refuse what they are for", run: brokenImportRules },
  { name: "buf lint", run: command("buf", "lint") },
  { name: "proto/gen is fresh", run: command("node", "proto/generate.ts", "--check") },
  { name: "docs/language is fresh", run: command("node", "docs/language/generate.ts", "--check") },
  { name: "nothing unused", run: command("knip", "--no-progress") },
  { name: "no application's name in code", run: applicationNamesInCode },
  { name: "every reason of a failure is explained", run: undocumentedReasons },
];

export async function runChecks(root: string): Promise<{ passed: number; failed: number; skipped: number }> {
  console.log("── checks");
  let failed = 0;
  for (const check of checks) {
    const startedMs = Date.now();
    const wrong = check.run(root);
    if (wrong !== "") failed += 1;
    console.log(`${wrong === "" ? "✓" : "✗"} ${check.name} ${Date.now() - startedMs} ms${wrong === "" ? "" : `\n${wrong}`}`);
  }
  return { passed: checks.length - failed, failed, skipped: 0 };
}

function command(name: string, ...args: readonly string[]): (root: string) => string {
  return (root) => outputIfFailed(root, name, args);
}

function outputIfFailed(root: string, name: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(join(root, "node_modules/.bin", name), args, { cwd: root, encoding: "utf8", env: { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env["PATH"]}` } });
  if (error) return `${name}: ${error.message}`;
  return status === 0 ? "" : stdout + stderr || `${name} exited with ${status}`;
}

/** A linter that reads no files finds nothing wrong, so the number of files is part of the check. */
function lint(root: string): string {
  const wrong = outputIfFailed(root, "oxlint", ["--type-aware", "--deny-warnings"]);
  if (wrong !== "") return wrong;
  const { stdout } = spawnSync(join(root, "node_modules/.bin/oxlint"), ["--type-aware"], { cwd: root, encoding: "utf8" });
  const files = Number(/on (\d+) files/.exec(stdout)?.[1] ?? 0);
  return files >= 100 ? "" : `oxlint read only ${files} files`;
}

// `npm run check`: the checks alone.
if (import.meta.main) process.exitCode = (await runChecks(join(import.meta.dirname, "../.."))).failed > 0 ? 1 : 0;
