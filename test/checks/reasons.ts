import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Reasons of failures are public: each that stands in the code is explained in docs/errors.md, and each there is used. */
export function undocumentedReasons(root: string): string {
  const documented = new Set([...readFileSync(join(root, "docs/errors.md"), "utf8").matchAll(/`([A-Z0-9]+(?:_[A-Z0-9]+)*)`/g)].map(([, reason]) => reason ?? ""));
  const code = sourcesOf(root).map((file) => readFileSync(join(root, file), "utf8"));
  const used = new Set(code.flatMap((text) => [...text.matchAll(/\breason: "([A-Z0-9_]+)"/g)].map(([, reason]) => reason ?? "")));
  const all = code.join("\n");
  return [
    ...[...used].filter((reason) => !documented.has(reason)).map((reason) => `docs/errors.md does not explain ${reason}`),
    ...[...documented].filter((reason) => reason.includes("_") && !isKind(reason) && !all.includes(`"${reason}"`)).map((reason) => `docs/errors.md explains ${reason}, which nothing uses`),
  ].join("\n");
}

/** Of gRPC's statuses, which the page names too. */
function isKind(word: string): boolean {
  return /^(INVALID_ARGUMENT|NOT_FOUND|ALREADY_EXISTS|FAILED_PRECONDITION|OUT_OF_RANGE|PERMISSION_DENIED|RESOURCE_EXHAUSTED)$/.test(word);
}

function sourcesOf(root: string): readonly string[] {
  const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "packages/*.ts", "services/*.ts"], { cwd: root, encoding: "utf8" });
  return files.split("\n").filter((file) => file !== "" && !/\.test\.ts$|\/test\/|\/testing\//.test(file));
}
