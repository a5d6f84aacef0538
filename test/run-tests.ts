import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

export interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Runs the tests of a project, or only those of some of its files, to their end. */
export function runTests(project: string, files: readonly string[] = []): Count {
  console.log(`\n── ${project} tests`);
  const scratch = mkdtempSync(join(tmpdir(), "troupe-test-"));
  const report = join(scratch, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const { status } = spawnSync(join(root, "node_modules/.bin/vitest"), ["run", "--project", project, ...reporters, ...files], { cwd: root, stdio: "inherit" });
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

/** Says how many in all, and fails the process where one failed or nothing ran. */
export function conclude(counts: readonly Count[], startedMs: number): void {
  const { passed, failed, skipped } = counts.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }));
  console.log(`\n${Math.round((Date.now() - startedMs) / 1000)} s`);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed > 0 || passed + skipped === 0 ? 1 : 0;
}
