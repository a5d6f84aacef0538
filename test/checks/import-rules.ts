import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A line that each import rule must refuse, at the place where it must refuse it. */
const forbidden: readonly (readonly [file: string, line: string])[] = [
  ["packages/domain/src/probe.ts", `import "node:fs";`],
  ["packages/domain/src/probe.ts", `import { randomUUID } from "node:crypto"; export const x = randomUUID();`],
  ["packages/domain/src/probe.ts", `import "@troupe/runtime/log";`],
  ["packages/domain/src/probe.ts", `export const now = Date.now();`],
  ["packages/domain/src/probe.ts", `export const env = process.env;`],
  ["packages/runtime/src/probe.ts", `import "@troupe/domain/life/advance";`],
  ["packages/runtime/src/probe.ts", `import "@troupe/control/main";`],
  ["packages/cli/src/probe.ts", `import "@troupe/gateway/main";`],
  ["packages/cli/src/probe.ts", `import "@troupe/proto/troupe/internal/v1/reconciler";`],
  ["packages/cli/src/probe.ts", `import "@kubernetes/client-node";`],
  ["packages/cli/src/probe.ts", `export const load = () => import("@kubernetes/client-node");`],
  ["packages/cli/src/probe.ts", `import "./kube/open-kube.ts";`],
  ["packages/cli/src/commands/probe.ts", `export const load = () => import("../kube/open-kube.ts");`],
  ["packages/cli/src/commands/logs.ts", `import "@kubernetes/client-node";`],
  ["packages/cli/src/commands/logs.ts", `import "@troupe/reconciler/main";`],
  ["packages/cli/src/kube/probe.ts", `import "@troupe/reconciler/main";`],
  ["packages/cli/src/kube/probe.ts", `import "nats";`],
  ["services/control/src/probe.ts", `import "@troupe/reconciler/main";`],
  ["services/control/src/probe.ts", `import "@kubernetes/client-node";`],
  ["services/control/src/probe.ts", `import "nats";`],
  ["services/gateway/src/probe.ts", `import "@troupe/control/main";`],
  ["services/gateway/src/probe.ts", `import "pg";`],
  ["services/gateway/src/probe.ts", `import "@kubernetes/client-node";`],
  ["services/reconciler/src/probe.ts", `import "typeorm";`],
  ["services/reconciler/src/probe.ts", `import "@troupe/control/main";`],
];

/** Tries to break each import rule in a copy of the layout, and says which let it pass. */
export function brokenImportRules(root: string): string {
  const work = mkdtempSync(join(tmpdir(), "troupe-rules-"));
  try {
    cpSync(join(root, ".oxlintrc.json"), join(work, ".oxlintrc.json"));
    return forbidden
      .filter(([file, line]) => passes(root, work, file, line))
      .map(([file, line]) => `no rule refuses this in ${dirname(file)}: ${line}`)
      .join("\n");
  } finally {
    rmSync(work, { recursive: true });
  }
}

function passes(root: string, work: string, file: string, line: string): boolean {
  mkdirSync(dirname(join(work, file)), { recursive: true });
  writeFileSync(join(work, file), `${line}\n`);
  const { stdout } = spawnSync(join(root, "node_modules/.bin/oxlint"), [file], { cwd: work, encoding: "utf8" });
  rmSync(join(work, file));
  return !/no-restricted-(imports|globals)/.test(stdout);
}
