import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What means something else: a file format that many applications read, and what Troupe and Kubernetes run on themselves. */
const formats = /hadoop-?xml/gi;
const ownParts: Readonly<Record<string, readonly string[]>> = { etcd: ["deploy/local/"], postgres: ["deploy/local/", "services/control/"] };

/** The application's facts never become code (R10): no word of the catalogue stands in TypeScript outside tests. */
export function applicationNamesInCode(root: string): string {
  const word = new RegExp(`\\b(${namesOf(root).join("|")})`, "i");
  return codeFiles(root)
    .flatMap((file) =>
      readFileSync(join(root, file), "utf8")
        .split("\n")
        .flatMap((line, index) => (isAbout(word.exec(line.replaceAll(formats, ""))?.[1], file) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
    )
    .join("\n");
}

function isAbout(name: string | undefined, file: string): boolean {
  return name !== undefined && !(ownParts[name.toLowerCase()] ?? []).some((folder) => file.startsWith(folder));
}

function namesOf(root: string): readonly string[] {
  return readdirSync(join(root, "deploy/catalog"));
}

function codeFiles(root: string): readonly string[] {
  return execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts", "*.mjs"], { cwd: root, encoding: "utf8" })
    .split("\n")
    .filter((file) => file !== "" && existsSync(join(root, file)) && /^(packages|services|deploy)\//.test(file))
    .filter((file) => !/\.test\.ts$|\/test\/|\/testing\/|\/testing\.ts$/.test(file));
}
