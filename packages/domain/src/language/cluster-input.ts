import { byName, mapNames } from "../by-name.ts";
import type { Json, JsonObject } from "../json.ts";
import type { ClusterSpec, NeedBinding, RoleSpec } from "./cluster.ts";
import type { Document } from "./document.ts";
import { bytesAt, cpuAt, scalarText } from "./fields.ts";
import type { Path } from "./path.ts";
import type { Problems } from "./problems.ts";
import type { ClusterSpecInput } from "./schema/cluster.ts";

/** From what the schema let through to a spec: quantities in one spelling, and nothing that says nothing. */
export function buildSpec(input: ClusterSpecInput, document: Document, problems: Problems): ClusterSpec {
  const text = (path: Path, value: string | number | boolean) => literalText(document, problems, path, value);
  return {
    app: input.app,
    placement: { target: input.placement?.target ?? "default", namespace: input.placement?.namespace },
    params: byName(Object.entries(input.params ?? {})),
    needs: mapNames(input.needs ?? {}, (binding, slot) => bindingOf(binding, ["spec", "needs", slot], text)),
    roles: withoutEmpty(mapNames(input.roles ?? {}, (role, name) => buildRole(role ?? {}, ["spec", "roles", name], problems, text))),
    paused: input.paused ?? false,
    stopped: input.stopped ?? false,
    protect: input.protect ?? false,
    adopt: input.adopt,
    labels: byName(Object.entries(input.labels ?? {})),
  };
}

type TextAt = (path: Path, value: string | number | boolean) => string;
type RoleSpecInput = NonNullable<NonNullable<ClusterSpecInput["roles"]>[string]>;

function bindingOf(binding: string | Readonly<Record<string, string | number | boolean>>, path: Path, text: TextAt): NeedBinding {
  if (typeof binding === "string") return { kind: "cluster", cluster: binding };
  return { kind: "literal", exports: mapNames(binding, (value, name) => text([...path, name], value)) };
}

function buildRole({ members, image, cpu, memory, gpu, volumes, env, files, expose }: RoleSpecInput, path: Path, problems: Problems, text: TextAt): RoleSpec {
  const overrides = mapNames(volumes ?? {}, ({ size, class: storageClass }, name) => ({ size: bytesAt({ problems }, [...path, "volumes", name, "size"], size), class: storageClass }));
  return {
    members,
    image,
    cpu: cpuAt({ problems }, [...path, "cpu"], cpu),
    memory: bytesAt({ problems }, [...path, "memory"], memory),
    gpu,
    volumes: byName(Object.entries(overrides).filter(([, { size, class: storageClass }]) => size !== undefined || storageClass !== undefined)),
    env: mapNames(env ?? {}, (value, name) => (value === null ? null : text([...path, "env", name], value))),
    files: byName(Object.entries(mapNames(files ?? {}, ({ set }, file) => literalValues(set, [...path, "files", file, "set"], text))).filter(([, set]) => Object.keys(set).length > 0)),
    expose: byName(Object.entries(expose ?? {})),
  };
}

/** As they are; a word that would not come out as it was written is told, and an expression too. */
function literalValues(values: JsonObject, path: Path, text: TextAt): JsonObject {
  return mapNames(values, (value, key) => literalValue(value, [...path, key], text));
}

function literalValue(value: Json, path: Path, text: TextAt): Json {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    text(path, value);
    return value;
  }
  if (value === null) return null;
  return Array.isArray(value) ? value.map((item: Json, index) => literalValue(item, [...path, index], text)) : literalValues(value as JsonObject, path, text);
}

/** Only definitions compute: a Cluster says what is so. */
function literalText(document: Document, problems: Problems, path: Path, value: string | number | boolean): string {
  const text = scalarText(document, problems, path, value);
  if (text.includes("${{")) problems.add(path, "EXPRESSION_NOT_ALLOWED", "expressions are possible in Apps only: write the value itself", { offset: text.indexOf("${{") });
  return text;
}

function withoutEmpty(roles: Readonly<Record<string, RoleSpec>>): Readonly<Record<string, RoleSpec>> {
  return byName(Object.entries(roles).filter(([, { members, image, cpu, memory, gpu, volumes, env, files, expose }]) => [members, image, cpu, memory, gpu].some((value) => value !== undefined) || [volumes, env, files, expose].some((map) => Object.keys(map).length > 0)));
}
