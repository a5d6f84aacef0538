import { parseArgs } from "node:util";
import { whyNot } from "../node/whether.ts";
import { conclude, runTests } from "../run-tests.ts";
import { alwaysTested, fileOf, testedApplications } from "./which.ts";

const tested = await testedApplications();

const help = `npm run test:apps -- [NAME…] [--all]

Runs applications on a Kubernetes with three real nodes on this machine, each with its own client.
Without names: ${alwaysTested.join(", ")}, as npm test does.

NAME      one of ${tested.join(", ")}
--all     all of them, one after the other
--help    this

TROUPE_TEST_KUBECONFIG=FILE (and TROUPE_TEST_CONTEXT) takes a Kubernetes of yours instead; the images have to be there.`;

function namesToRun(args: readonly string[]): readonly string[] {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { all: { type: "boolean" }, help: { type: "boolean", short: "h" } } });
  if (values.help) {
    console.log(help);
    return [];
  }
  if (values.all && positionals.length > 0) throw new Error("either names or --all");
  const unknown = positionals.filter((name) => !tested.includes(name));
  if (unknown.length > 0) throw new Error(`no test of ${unknown.join(" and ")}: there are ${tested.join(", ")}`);
  if (values.all) return tested;
  return positionals.length > 0 ? positionals : alwaysTested;
}

try {
  const names = namesToRun(process.argv.slice(2));
  if (names.length > 0) {
    const startedMs = Date.now();
    const why = await whyNot();
    if (why !== undefined) console.log(`skipped: ${why}`);
    conclude([runTests("apps", names.map(fileOf))], startedMs);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
