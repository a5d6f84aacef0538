import { mapNames } from "../by-name.ts";
import { canonicalJson } from "../canonical.ts";
import { invalid, type Problem } from "../failure.ts";
import type { Json, JsonObject } from "../json.ts";
import { catalogueProject, defaultProject, type RoleName } from "../name.ts";
import { utf8Bytes } from "../utf8.ts";
import type { Expose } from "./app.ts";
import { buildSpec } from "./cluster-input.ts";
import type { Document } from "./document.ts";
import type { Path } from "./path.ts";
import { problemsIn, valueAt, type Problems } from "./problems.ts";
import { clusterSchema, clusterSpecSchema } from "./schema/cluster.ts";
import { shapeOf } from "./shape.ts";

/** What a person wants of one cluster: parsed and canonical, so that equal wishes are equal values. */
export interface ClusterSpec {
  /** `name@version+build`; anything left out is filled in by control before it is stored (`AppRef`). */
  readonly app: string;
  readonly placement: { readonly target: string; readonly namespace: string | undefined };
  readonly params: Readonly<Record<string, Json>>;
  /** Slot → another cluster of the project, or values for something outside. */
  readonly needs: Readonly<Record<string, NeedBinding>>;
  /** Only roles of which something differs. */
  readonly roles: Readonly<Record<RoleName, RoleSpec>>;
  /** Nothing is changed, not even a crashed member. */
  readonly paused: boolean;
  /** No member runs; volumes, secrets and names stay. */
  readonly stopped: boolean;
  /** Refuses deletion until unset. */
  readonly protect: boolean;
  /** Uid of a deleted cluster whose kept volumes and generated secrets this one takes over. */
  readonly adopt: string | undefined;
  /** On every object that is made for the cluster. */
  readonly labels: Readonly<Record<string, string>>;
}

export type NeedBinding =
  | { readonly kind: "cluster"; readonly cluster: string }
  | { readonly kind: "literal"; readonly exports: Readonly<Record<string, string>> };

/** Differences from the definition for one role; what is undefined stays as defined. */
export interface RoleSpec {
  readonly members: number | undefined;
  readonly image: string | undefined;
  readonly cpu: string | undefined;
  readonly memory: string | undefined;
  readonly gpu: number | undefined;
  readonly volumes: Readonly<Record<string, { readonly size: string | undefined; readonly class: string | undefined }>>;
  /** Literal values; null removes a variable of the definition. */
  readonly env: Readonly<Record<string, string | null>>;
  /** Path of a structured file → keys and literal values; null takes a key away. */
  readonly files: Readonly<Record<string, JsonObject>>;
  /** Port → how it is reached. */
  readonly expose: Readonly<Record<string, Expose>>;
}

/** A Cluster document: the spec and who it is about. */
export interface ClusterDocument {
  readonly name: string;
  readonly project: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: ClusterSpec;
}

const mostSpecBytes = 64 * 1024;
/** Of keys and values of labels and annotations together; Kubernetes' own limit for annotations. */
const mostMetadataBytes = 256 * 1024;
const standIns = { apiVersion: "troupe.dev/v1", kind: "Cluster", metadata: { name: "cluster" }, spec: { app: "app" } };

/** Throws Failure invalid with everything that is wrong with the document itself; `checkSpec` looks at it beside its App. */
export function parseClusterDocument(document: Document): ClusterDocument {
  const { cluster, problems } = readClusterDocument(document);
  if (cluster === undefined || problems.length > 0) throw invalid(problems, "the Cluster");
  return cluster;
}

/** What is wrong with the document itself, and as much of the Cluster as is right, so that the rest can be looked at too. */
export function readClusterDocument(document: Document): { readonly cluster: ClusterDocument | undefined; readonly problems: readonly Problem[] } {
  const problems = problemsIn(document);
  const shape = isFarTooLarge(document, mostSpecBytes, problems) ? undefined : shapeOf(document, clusterSchema, problems, standIns);
  if (!shape) return { cluster: undefined, problems: problems.list };
  const { metadata, spec: input } = shape.value;
  const spec = buildSpec(input, shape.document, shape.problems);
  checkSize(spec, problems);
  checkMetadata(metadata, problems);
  checkLabels(spec.labels, ["spec", "labels"], problems);
  checkMetadataSize(metadata, problems);
  const cluster = { name: metadata.name, project: metadata.namespace ?? defaultProject, labels: metadata.labels ?? {}, annotations: metadata.annotations ?? {}, spec };
  return { cluster, problems: problems.list };
}

/** A spec on its own, as `printSpec` writes it: the document's value is the spec. Paths begin with `spec`, as in a Cluster. */
export function parseClusterSpec(document: Document): ClusterSpec {
  const whole: Document = { ...document, value: { spec: document.value }, placeOf: ([, ...path], at) => document.placeOf(path, at), sourceOf: ([, ...path]) => document.sourceOf(path) };
  const problems = problemsIn(whole);
  const shape = isFarTooLarge(whole, mostSpecBytes, problems) ? undefined : shapeOf(whole, clusterSpecSchema, problems, { spec: standIns.spec });
  if (shape) {
    const spec = buildSpec(shape.value.spec, shape.document, shape.problems);
    checkSize(spec, problems);
    checkLabels(spec.labels, ["spec", "labels"], problems);
    if (problems.list.length === 0) return spec;
  }
  throw invalid(problems.list, "the spec");
}

export function sameSpec(a: ClusterSpec, b: ClusterSpec): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** A spec as people write it, with nothing in it that says what is so anyway; `parseClusterSpec` reads it back. */
export function printSpec(spec: ClusterSpec): JsonObject {
  const { target, namespace } = spec.placement;
  return {
    app: spec.app,
    ...present("placement", { ...(target !== "default" && { target }), ...(namespace !== undefined && { namespace }) }),
    ...present("params", spec.params),
    ...present("needs", mapNames(spec.needs, (need) => (need.kind === "cluster" ? need.cluster : need.exports))),
    ...present("roles", mapNames(spec.roles, printRole)),
    ...(spec.paused && { paused: true }),
    ...(spec.stopped && { stopped: true }),
    ...(spec.protect && { protect: true }),
    ...(spec.adopt !== undefined && { adopt: spec.adopt }),
    ...present("labels", spec.labels),
  };
}

export function printCluster({ name, project, labels, annotations, spec }: ClusterDocument): JsonObject {
  return {
    apiVersion: "troupe.dev/v1",
    kind: "Cluster",
    metadata: { name, ...(project !== defaultProject && { namespace: project }), ...present("labels", labels), ...present("annotations", annotations) },
    spec: printSpec(spec),
  };
}

function printRole({ members, image, cpu, memory, gpu, volumes, env, files, expose }: RoleSpec): JsonObject {
  return {
    ...(members !== undefined && { members }),
    ...(image !== undefined && { image }),
    ...(cpu !== undefined && { cpu }),
    ...(memory !== undefined && { memory }),
    ...(gpu !== undefined && { gpu }),
    ...present("volumes", mapNames(volumes, ({ size, class: storageClass }) => ({ ...(size !== undefined && { size }), ...(storageClass !== undefined && { class: storageClass }) }))),
    ...present("env", env),
    ...present("files", mapNames(files, (set) => ({ set }))),
    ...present("expose", expose),
  };
}

function present(key: string, value: JsonObject): JsonObject {
  return Object.keys(value).length > 0 ? { [key]: value } : {};
}

/** Before anything takes time that grows with it: no other spelling of so much is small enough. */
export function isFarTooLarge({ value }: Document, mostBytes: number, problems: Problems): boolean {
  const units = JSON.stringify(valueAt(value, ["spec"]) ?? null).length;
  if (units > 2 * mostBytes) problems.add(["spec"], "TOO_LARGE", `the spec has ${units} characters, and at most ${mostBytes} are possible`);
  return units > 2 * mostBytes;
}

export function checkSize(spec: ClusterSpec, problems: Problems): void {
  const bytes = utf8Bytes(canonicalJson(spec));
  if (bytes > mostSpecBytes) problems.add(["spec"], "TOO_LARGE", `the spec has ${bytes} bytes, and at most ${mostSpecBytes} are possible`);
}

export function checkMetadataSize({ labels = {}, annotations = {} }: { readonly [key in "labels" | "annotations"]?: Readonly<Record<string, string>> | undefined }, problems: Problems): void {
  const bytes = utf8Bytes([labels, annotations].flatMap(Object.entries).flat().join(""));
  if (bytes > mostMetadataBytes) problems.add(["metadata"], "TOO_LARGE", `labels and annotations have ${bytes} bytes together, and at most ${mostMetadataBytes} are possible`);
}

export function checkMetadata({ namespace, labels }: { readonly namespace?: string | undefined; readonly labels?: Readonly<Record<string, string>> | undefined }, problems: Problems): void {
  checkLabels(labels ?? {}, ["metadata", "labels"], problems);
  if (namespace === catalogueProject) problems.add(["metadata", "namespace"], "NAME_RESERVED", `${catalogueProject} holds the shared catalogue: clusters live in other projects`);
}

function checkLabels(labels: Readonly<Record<string, string>>, path: Path, problems: Problems): void {
  for (const label of Object.keys(labels)) if (label.startsWith("troupe.dev/") || (path[0] === "spec" && label.startsWith("app.kubernetes.io/"))) problems.add([...path, label], "NAME_RESERVED", `the label ${label} is Troupe's own`, { key: true });
}
