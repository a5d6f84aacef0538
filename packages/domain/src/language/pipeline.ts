import { mapNames } from "../by-name.ts";
import { canonicalJson } from "../canonical.ts";
import { invalid, type Problem } from "../failure.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import { defaultProject, longest } from "../name.ts";
import { utf8Bytes } from "../utf8.ts";
import { parseAppReference } from "./app-reference.ts";
import { buildSpec } from "./cluster-input.ts";
import { checkMetadata, checkMetadataSize, checkSize, type ClusterSpec, isFarTooLarge, printSpec } from "./cluster.ts";
import type { Document } from "./document.ts";
import { pathText, type Path } from "./path.ts";
import { clusterNameOf, cyclesOf, type Named } from "./pipeline-needs.ts";
import { problemsThrough } from "./problems-through.ts";
import { problemsIn, valueAt, type Problems } from "./problems.ts";
import { pipelineSchema } from "./schema/pipeline.ts";
import { shapeOf } from "./shape.ts";

/** What a person wants of several clusters that are handled as one: parsed and canonical. */
export interface PipelineSpec {
  /** Key → the cluster's spec as written: in its needs, a key of this pipeline goes before a cluster of the project. */
  readonly clusters: Readonly<Record<string, ClusterSpec>>;
}

/** A Pipeline document: the spec and who it is about. */
export interface PipelineDocument {
  readonly name: string;
  readonly project: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: PipelineSpec;
}

const mostClusters = 50;
/** Of all specs together: each event of a pipeline holds them. */
const mostSpecBytes = 256 * 1024;

/** Throws Failure invalid with everything that is wrong with the document itself; each cluster is to be looked at beside its App. */
export function parsePipelineDocument(document: Document): PipelineDocument {
  const { pipeline, problems } = readPipelineDocument(document);
  if (pipeline === undefined || problems.length > 0) throw invalid(problems, "the Pipeline");
  return pipeline;
}

/** What is wrong with the document itself, and as much of the Pipeline as is right, so that the rest can be looked at too. */
export function readPipelineDocument(document: Document): { readonly pipeline: PipelineDocument | undefined; readonly problems: readonly Problem[] } {
  const problems = problemsIn(document);
  const shape = isFarTooLarge(document, mostSpecBytes, problems) ? undefined : shapeOf(document, pipelineSchema, problems, standInsFor(document));
  if (!shape) return { pipeline: undefined, problems: problems.list };
  const { metadata, spec: input } = shape.value;
  const { name } = metadata;
  const clusters = mapNames(input.clusters, (spec, key) => {
    const among = problemsOfCluster(shape.problems, key);
    const built = buildSpec(spec, clusterDocumentIn(shape.document, key), among);
    checkSize(built, among);
    return built;
  });
  checkMetadata(metadata, problems);
  checkMetadataSize(metadata, problems);
  checkClusters({ name, spec: { clusters } }, shape.problems);
  const pipeline = { name, project: metadata.namespace ?? defaultProject, labels: metadata.labels ?? {}, annotations: metadata.annotations ?? {}, spec: { clusters } };
  return { pipeline, problems: problems.list };
}

/** A part of a pipeline's document as the Cluster document that it would be, without its metadata. */
export function clusterDocumentIn(document: Document, key: string): Document {
  const clusters = valueAt(document.value, ["spec", "clusters"]);
  const specs = isJsonObject(clusters) ? clusters : {};
  const { [key]: spec = null, ...others } = specs;
  const siblings = mapNames(others, (other) => {
    const app = valueAt(other, ["app"]);
    return typeof app === "string" ? parseAppReference(app).name : "";
  });
  return { ...document, value: { spec }, siblings, kind: "Cluster", problems: [], placeOf: (path, at) => document.placeOf(placeOfCluster(key, path), at), sourceOf: (path) => document.sourceOf(placeOfCluster(key, path)) };
}

/** What was found wrong with one cluster, by the paths of a pipeline. */
export function problemOfCluster(key: string, problem: Problem): Problem {
  const inside = /^spec(?=[.[])(.*)$/s.exec(problem.path)?.[1] ?? "";
  return { ...problem, path: `${pathText(placeOfCluster(key, []))}${inside}` };
}

export function printPipeline({ name, project, labels, annotations, spec }: PipelineDocument): JsonObject {
  return {
    apiVersion: "troupe.dev/v1",
    kind: "Pipeline",
    metadata: {
      name,
      ...(project !== defaultProject && { namespace: project }),
      ...(Object.keys(labels).length > 0 && { labels }),
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
    spec: { clusters: mapNames(spec.clusters, printSpec) },
  };
}

export function samePipelineSpec(a: PipelineSpec, b: PipelineSpec): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** What a Cluster has beside its spec, a pipeline's cluster has no place for. */
function placeOfCluster(key: string, [first, ...rest]: Path): Path {
  return first === "spec" ? ["spec", "clusters", key, ...rest] : ["spec", "clusters", key];
}

function problemsOfCluster(problems: Problems, key: string): Problems {
  return problemsThrough(problems, (path, ...what) => problems.add(placeOfCluster(key, path), ...what));
}

/** A cluster that does not say its app has one put in its place, so that all else of it is looked at too. */
function standInsFor({ value }: Document): JsonObject {
  const clusters = valueAt(value, ["spec", "clusters"]);
  const keys = typeof clusters === "object" && clusters !== null && !Array.isArray(clusters) ? Object.keys(clusters) : [];
  return { apiVersion: "troupe.dev/v1", kind: "Pipeline", metadata: { name: "p" }, spec: { clusters: Object.fromEntries(keys.map((key) => [key, { app: "app" }])) } };
}

function checkClusters(pipeline: Named, problems: Problems): void {
  const { name, spec } = pipeline;
  const keys = Object.keys(spec.clusters);
  if (keys.length === 0) problems.add(["spec", "clusters"], "VALUE_INVALID", "must name a cluster");
  if (keys.length > mostClusters) problems.add(["spec", "clusters"], "TOO_LARGE", `there are ${keys.length} clusters, and at most ${mostClusters} are possible in a pipeline`);
  const bytes = utf8Bytes(canonicalJson(spec));
  if (bytes > mostSpecBytes) problems.add(["spec"], "TOO_LARGE", `the specs have ${bytes} bytes together, and at most ${mostSpecBytes} are possible`);
  for (const cluster of keys.filter((key) => clusterNameOf(name, key).length > longest.cluster)) {
    const full = clusterNameOf(name, cluster);
    problems.add(["spec", "clusters", cluster], "NAME_TOO_LONG", `the cluster ${full} would have a name of ${full.length} characters, and at most ${longest.cluster} are possible: shorten the key or the pipeline's name by ${full.length - longest.cluster}`, { key: true });
  }
  for (const { key, slot, way } of cyclesOf(pipeline)) problems.add(["spec", "clusters", key, "needs", slot], "NEEDS_CYCLE", way.length === 2 ? `${key} cannot need itself` : `${key} would need itself: ${way.join(" needs ")}`);
}
