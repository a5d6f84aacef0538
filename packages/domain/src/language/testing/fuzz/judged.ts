import { canonicalJson } from "../../../canonical.ts";
import { Failure, type Problem } from "../../../failure.ts";
import { needsAlone, planAlone } from "../../../plan/plan-alone.ts";
import { judge } from "../../../plan/judge.ts";
import { readSubmitted, type ReadDocument } from "../../../plan/submitted.ts";
import { previewOf } from "../../../render/preview.ts";
import { type App, definitionOf, parseApp } from "../../app.ts";
import { chooseBuild, parseAppReference } from "../../app-reference.ts";
import { type ClusterDocument, parseClusterDocument, printCluster, sameSpec } from "../../cluster.ts";
import { type Document, documentOfValue, parseDocuments } from "../../document.ts";
import { parsePipelineDocument, printPipeline, samePipelineSpec } from "../../pipeline.ts";
import { clusterNameOf, specOfCluster } from "../../pipeline-needs.ts";
import { atTheirPlaces } from "../../placed.ts";
import type { Seed } from "./seeds.ts";

export interface Judged {
  /** How far a text came. */
  readonly outcome: Outcome;
  /** Of processors, so that what else a machine does counts little. */
  readonly ms: number;
}

type Outcome = "refused" | "valid" | "rendered";
type FindApp = (asked: { readonly app: string }) => App | undefined;

/** What no text may do. */
export class Finding extends Error {}

/** Takes a text all the way that the product has for it. Throws Finding for what comes to anything but a value or problems with their places. */
export function judged({ text, packageFiles }: Pick<Seed, "text" | "packageFiles">, apps: readonly App[]): Judged {
  const before = process.cpuUsage();
  const reads = orProblems(() => parseDocuments(text).map((document) => readSubmitted({ document, packageFiles: typeof folderOf(document) === "string" ? packageFiles : {} })));
  const known = [...(reads ?? []).flatMap((read) => (read.kind === "app" && read.app ? [read.app] : [])), ...apps];
  const find: FindApp = ({ app }) => {
    const reference = parseAppReference(app);
    return chooseBuild(reference, known.filter(({ name }) => name === reference.name));
  };
  const judgements = judge(reads ?? [], find);
  const { user, system } = process.cpuUsage(before);
  for (const { problems } of judgements) refuseUnplaced(problems);
  const outcomes = (reads ?? []).map((read, index) => (judgements[index]?.problems.length === 0 ? outcomeOf(read, find) : "refused"));
  return { outcome: (["rendered", "valid"] as const).find((far) => outcomes.includes(far)) ?? "refused", ms: (user + system) / 1000 };
}

function folderOf({ value }: Document): unknown {
  return (value as { readonly spec?: { readonly package?: unknown } } | null)?.spec?.package;
}

/** What is made of what is right: it is stored and read again, planned and rendered. */
function outcomeOf(read: ReadDocument, find: FindApp): Outcome {
  switch (read.kind) {
    case "app":
      if (read.app) refuseOther(read.app, parseApp(documentOfValue(JSON.parse(canonicalJson(definitionOf(read.document, read.app.package))))));
      return "valid";
    case "cluster": {
      if (!read.cluster) return "refused";
      if (!sameSpec(read.cluster.spec, parseClusterDocument(documentOfValue(printCluster(read.cluster))).spec)) throw new Finding("a Cluster is another one once it is printed");
      return rendered(read.document, read.cluster, find);
    }
    case "pipeline": {
      const { pipeline } = read;
      if (!pipeline) return "refused";
      if (!samePipelineSpec(pipeline.spec, parsePipelineDocument(documentOfValue(printPipeline(pipeline))).spec)) throw new Finding("a Pipeline is another one once it is printed");
      const outcomes = Object.keys(pipeline.spec.clusters).map((key) => {
        const spec = specOfCluster(pipeline, key);
        return spec ? rendered(read.document, { ...pipeline, name: clusterNameOf(pipeline.name, key), spec }, find) : "refused";
      });
      return outcomes[0] ?? "valid";
    }
    case "other":
      return "refused";
  }
}

function refuseOther(app: App, again: App): void {
  if (canonicalJson(app) !== canonicalJson(again)) throw new Finding("an App is another one once it is stored");
}

function rendered(document: Document, cluster: ClusterDocument, find: FindApp): Outcome {
  const app = find({ app: cluster.spec.app });
  if (!app) return "valid";
  const objects = orProblems(() => atTheirPlaces(document, () => previewOf(planAlone(app, cluster, needsAlone(app, cluster.spec)))));
  if (objects) canonicalJson(objects);
  return objects ? "rendered" : "valid";
}

/** Undefined for what is refused as it should be. */
function orProblems<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.kind !== "invalid") throw new Finding(`Failure ${error.kind}: ${error.message}`, { cause: error });
    if (error.problems.length === 0) throw new Finding(`a Failure without problems: ${error.message}`, { cause: error });
    refuseUnplaced(error.problems);
    return undefined;
  }
}

function refuseUnplaced(problems: readonly Problem[]): void {
  for (const { path, reason, message, line = 0, column = 0 } of problems) {
    if (line < 1 || column < 1) throw new Finding(`a problem without its place: ${path} ${reason}: ${message}`);
    if (!/^[A-Z][A-Z_]+$/.test(reason) || message === "" || message.length > 2000) throw new Finding(`a problem that cannot be told: ${path} ${reason}: ${message.slice(0, 200)}`);
  }
}
