import { join } from "node:path";
import { alwaysTested, fileOf } from "./apps/which.ts";
import { runChecks } from "./checks/checks.ts";
import { conclude, runTests } from "./run-tests.ts";

/**
 * `npm test`: the checks, then unit, integration and end-to-end tests, then those on real nodes with some of the applications,
 * each to its end, so that one run shows all that is wrong. Ends with a line that counts, and exits with 1 if anything failed.
 */
const startedMs = Date.now();
const checks = await runChecks(join(import.meta.dirname, ".."));
const tests = ["unit", "integration", "e2e", "nodes"].map((project) => runTests(project));
conclude([checks, ...tests, runTests("apps", alwaysTested.map(fileOf))], startedMs);
