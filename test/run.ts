import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runChecks } from "./checks/checks.ts";

/**
 * `npm test`: the checks, then unit, integration and end-to-end tests, each to its end, so that one run shows all that
 * is wrong. Ends with a line that counts, and exits with 1 if anything failed or nothing ran.
 */
const root = join(import.meta.dirname, "..");

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

function runProject(project: string): Count {
  console.log(`\n── ${project} tests`);
  const scratch = mkdtempSync(join(tmpdir(), "troupe-test-"));
  const report = join(scratch, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const { status } = spawnSync(join(root, "node_modules/.bin/vitest"), ["run", "--project", project, ...reporters], { cwd: root, stdio: "inherit" });
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, "utf8"));
    // A file that cannot be loaded fails without a failed test in it.
    const failed = status === 0 ? numFailedTests : Math.max(1, numFailedTests);
    return { passed: numPassedTests, failed, skipped: numPendingTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function sum(counts: readonly Count[]): Count {
  return counts.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }));
}

const startedMs = Date.now();
const total = sum([await runChecks(root), ...["unit", "integration", "e2e"].map(runProject)]);
console.log(`\n${Math.round((Date.now() - startedMs) / 1000)} s`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
