import { Failure } from "@troupe/domain/failure";
import { type Cluster, VolumeDeletion } from "@troupe/proto/troupe/v1/cluster";
import type { Pipeline } from "@troupe/proto/troupe/v1/pipeline";
import { mutate } from "../calls.ts";
import { readSubmissions, type Submission } from "../input/documents.ts";
import { parseReferences } from "../kinds.ts";
import { pipelineGoals } from "../pipeline-goals.ts";
import { apiVersion, clusterDocument } from "../print/document.ts";
import { telling } from "../print/done.ts";
import { pipelineDocument } from "../print/pipeline-document.ts";
import { appName, clusterName, pipelineName, projectOf, sharedProject, shortName, spokenName } from "../resource-names.ts";
import type { Session } from "../session.ts";
import { usage } from "../usage.ts";
import { type Goal, waitFor } from "../wait-for.ts";

export interface DeleteOptions {
  readonly filename: readonly string[];
  readonly recursive: boolean;
  readonly volumes: boolean;
  readonly confirm: string;
  readonly ignoreNotFound: boolean;
  readonly wait: boolean;
  readonly timeoutMs: number;
}

/** Resource names of what is to go. */
interface Doomed {
  readonly pipelines: readonly string[];
  readonly clusters: readonly string[];
  readonly apps: readonly string[];
}

/** Deletes pipelines and clusters, keeping volumes and generated secrets unless asked for by name; and builds of apps, after their clusters. */
export async function remove(session: Session, words: readonly string[], options: DeleteOptions): Promise<void> {
  const { pipelines, clusters, apps } = options.filename.length > 0 ? await doomedIn(session, words, options) : doomedBy(session, words);
  await telling(session, async (tell) => {
    const goals: Goal[] = [];
    for (const name of pipelines) {
      const pipeline = await removePipeline(session, name, options);
      if (pipeline === undefined) continue;
      goals.push(...pipelineGoals(pipeline, "deleted"));
      tell({ name: spokenName(name), lines: [pipelineDeletionText(pipeline, options)], document: pipelineDocument(pipeline) });
    }
    for (const name of clusters) {
      const cluster = await removeCluster(session, name, options);
      if (cluster === undefined) continue;
      goals.push({ name, until: "deleted", generation: 0n, uid: cluster.uid });
      tell({ name: spokenName(name), lines: [deletionText(cluster, options)], document: clusterDocument(cluster) });
    }
    if (options.wait) await waitFor(session, goals, options.timeoutMs);
    for (const name of apps) {
      if (await removeApp(session, name, options)) tell({ name: spokenName(name), lines: [`${spokenName(name)} deleted`], document: deletedApp(name) });
    }
  });
}

function doomedBy(session: Session, words: readonly string[]): Doomed {
  const { kind, names } = parseReferences(words, ["cluster", "pipeline", "app"]);
  if (names.length === 0) throw usage(`delete what? troupe delete ${kind} NAME`);
  const nothing: Doomed = { pipelines: [], clusters: [], apps: [] };
  if (kind === "app") return { ...nothing, apps: names.map((name) => appName(session.givenProject ?? sharedProject, name)) };
  if (kind === "pipeline") return { ...nothing, pipelines: names.map((name) => pipelineName(session.project, name)) };
  return { ...nothing, clusters: names.map((name) => clusterName(session.project, name)) };
}

/** In the order opposite to that of applying. */
async function doomedIn(session: Session, words: readonly string[], { filename, recursive }: DeleteOptions): Promise<Doomed> {
  if (words.length > 0) throw usage("delete takes names or files, not both");
  const submissions = (await readSubmissions(session, filename, recursive)).submissions.toReversed();
  const other = submissions.find(({ kind }) => kind === "other");
  if (other) throw usage(`a document in ${other.file} is neither an App, a Cluster nor a Pipeline: nothing was deleted`);
  const of = (kind: Submission["kind"]) => submissions.filter((submission) => submission.kind === kind);
  return { pipelines: of("Pipeline").map(({ project, name }) => pipelineName(project ?? session.project, name)), clusters: of("Cluster").map(({ project, name }) => clusterName(project ?? session.project, name)), apps: of("App").map((app) => buildIn(session, app)) };
}

function buildIn(session: Session, { file, project, build }: Submission): string {
  if (build === undefined) throw usage(`the App in ${file} does not say which build it is: nothing was deleted`);
  return appName(project ?? session.givenProject ?? sharedProject, build);
}

async function requestFor(session: Session, name: string, options: DeleteOptions) {
  const confirm = options.volumes ? await confirmation(session, shortName(name), options.confirm) : "";
  const volumes = options.volumes ? VolumeDeletion.VOLUME_DELETION_DELETE : VolumeDeletion.VOLUME_DELETION_KEEP;
  return { name, volumes, confirm, etag: "", validateOnly: false, allowMissing: options.ignoreNotFound };
}

async function removePipeline(session: Session, name: string, options: DeleteOptions): Promise<Pipeline | undefined> {
  const request = await requestFor(session, name, options);
  const { pipeline } = await mutate(session, (api, requestId, call) => api.pipelines.delete({ ...request, requestId }, call));
  return pipeline;
}

function pipelineDeletionText({ name }: Pipeline, { volumes }: DeleteOptions): string {
  return `${spokenName(name)} is being deleted, its clusters in the reverse of the order of their needs; volumes and generated secrets ${volumes ? "go too" : "stay"}`;
}

async function removeCluster(session: Session, name: string, options: DeleteOptions): Promise<Cluster | undefined> {
  const request = await requestFor(session, name, options);
  const { cluster } = await mutate(session, (api, requestId, call) => api.clusters.delete({ ...request, requestId }, call));
  return cluster;
}

function deletionText({ name, uid }: Cluster, { volumes }: DeleteOptions): string {
  return `${spokenName(name)} is being deleted; volumes and generated secrets ${volumes ? "go too" : `stay: take them over with spec.adopt: ${uid}`}`;
}

/** Data goes only when the name was typed: here, or with `--confirm` where nobody can be asked. */
async function confirmation({ terminal }: Session, name: string, given: string): Promise<string> {
  if (given !== "") return given;
  if (!terminal.input.isTerminal) throw usage(`deleting volumes needs --confirm ${name}`);
  const typed = await terminal.input.ask(`This deletes all data of ${name} for ever. Type its name to go on: `);
  if (typed.trim() !== name) throw new Failure("conflict", `nothing was deleted: "${typed.trim()}" is not ${name}`, { reason: "NOT_CONFIRMED" });
  return name;
}

/** Whether there was anything to delete. */
async function removeApp(session: Session, name: string, { ignoreNotFound }: DeleteOptions): Promise<boolean> {
  try {
    await mutate(session, (api, requestId, call) => api.apps.delete({ name, requestId, validateOnly: false }, call));
    return true;
  } catch (error) {
    if (ignoreNotFound && error instanceof Failure && error.kind === "not_found") return false;
    throw error;
  }
}

function deletedApp(name: string): object {
  const reference = shortName(name);
  return { apiVersion, kind: "App", metadata: { name: reference.split("@")[0], namespace: projectOf(name) }, status: { reference } };
}
