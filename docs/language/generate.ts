import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { jsonSchemaOf } from "@troupe/domain/language/json-schema";
import { referenceText } from "@troupe/domain/language/reference";

/** Writes what is made from the schemas of the language; with `--check` says what is not as they would make it. */

const folder = import.meta.dirname;
const files: Readonly<Record<string, string>> = {
  "reference.md": referenceText(),
  ...Object.fromEntries((["app", "cluster", "pipeline"] as const).map((kind) => [`schemas/${kind}.schema.json`, `${JSON.stringify(jsonSchemaOf(kind), null, 2)}\n`])),
};

if (process.argv.includes("--check")) {
  const stale = Object.entries(files).filter(([file, text]) => readIfThere(join(folder, file)) !== text).map(([file]) => file);
  if (stale.length > 0) {
    console.error(`docs/language: ${stale.join(", ")} ${stale.length === 1 ? "is" : "are"} not fresh: npm run generate`);
    process.exitCode = 1;
  }
} else {
  mkdirSync(join(folder, "schemas"), { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
