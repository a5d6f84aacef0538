import { Failure } from "@troupe/domain/failure";
import type { ClusterChange } from "@troupe/proto/troupe/v1/cluster";
import { mutate } from "../calls.ts";
import { InFile } from "../in-file.ts";
import { readSubmissions, type Input, type Submission } from "../input/documents.ts";
import { problemsByServer } from "../judged-by-server.ts";
import { pipelineGoals } from "../pipeline-goals.ts";
import { changeText, planLines } from "../print/change.ts";
import { appDocument, clusterDocument, planDocument } from "../print/document.ts";
import { type Done, telling } from "../print/done.ts";
import { pipelineChangeText, pipelinePlanLines } from "../print/pipeline.ts";
import { pipelineDocument, pipelinePlanDocument } from "../print/pipeline-document.ts";
import { clusterName, pipelineName, projectName, spokenName } from "../resource-names.ts";
import type { Session } from "../session.ts";
import { usage } from "../usage.ts";
import { type Goal, waitFor } from "../wait-for.ts";

export interface ApplyOptions {
  readonly filename: readonly string[];
  readonly recursive: boolean;
  readonly dryRun: boolean;
  readonly wait: boolean;
  readonly timeoutMs: number;
}

/** Publishes Apps, and applies Clusters and Pipelines. Everything is checked before the first is sent. */
export async function apply(session: Session, options: ApplyOptions): Promise<void> {
  const input = await readSubmissions(session, options.filename, options.recursive);
  await checkAll(session, input);
  const goals: Goal[] = [];
  await telling(session, async (tell) => {
    for (const submission of input.submissions) {
      const sent = await InFile.during(submission.file, input.files, () => submit(session, submission, options.dryRun));
      tell(sent.done);
      goals.push(...sent.goals);
    }
  });
  if (options.wait && !options.dryRun) await waitFor(session, goals, options.timeoutMs);
}

/** Says everything that is wrong with all documents at once. What follows an App is judged by the one that comes along, if there is one. */
export async function checkAll(session: Session, { submissions, files }: Input): Promise<void> {
  const failures: InFile[] = [];
  const bad = new Set<Submission>();
  for (const submission of submissions) {
    const apps = submissions.filter(({ kind, name }) => kind === "App" && submission.apps.includes(name));
    // What is wrong with its App is told already, and nothing is to be said of what follows it.
    if (apps.some((app) => bad.has(app))) continue;
    const problems = await problemsByServer(session, submission, apps);
    if (problems.length === 0) continue;
    bad.add(submission);
    failures.push(new InFile(new Failure("invalid", "the document is not valid", { problems }), submission.file, files));
  }
  const [first, ...others] = failures;
  if (first) throw first.with(others);
}

interface Submitted {
  readonly done: Done;
  readonly goals: readonly Goal[];
}

async function submit(session: Session, { kind, manifest, project, name }: Submission, validateOnly: boolean): Promise<Submitted> {
  const suffix = validateOnly ? " (dry run)" : "";
  if (kind === "App") {
    const parent = session.givenProject !== undefined && project === undefined ? projectName(session.givenProject) : "";
    const app = await mutate(session, (api, requestId, call) => api.apps.publish({ parent, manifest, requestId, validateOnly }, call));
    const spoken = spokenName(app.name);
    return { done: { name: spoken, lines: [`${spoken} published${suffix}`], document: appDocument(app) }, goals: [] };
  }
  if (kind === "other") throw usage("a document is neither an App, a Cluster nor a Pipeline");
  if (kind === "Pipeline") return submitPipeline(session, { manifest, project, name }, validateOnly);
  const target = project === undefined && session.givenProject !== undefined ? clusterName(session.givenProject, name) : "";
  const change = await mutate(session, (api, requestId, call) =>
    api.clusters.update({ name: target, source: { $case: "manifest", value: manifest }, updateMask: undefined, allowMissing: true, etag: "", requestId, validateOnly }, call),
  );
  return submitted(change, `${changeText(change, "configured")}${suffix}`, validateOnly);
}

function submitted({ cluster, plan }: ClusterChange, line: string, isDry: boolean): Submitted {
  if (cluster === undefined) throw new Failure("internal", "the answer has no cluster");
  return {
    done: { name: spokenName(cluster.name), lines: isDry ? [line, ...planLines(plan)] : [line], document: { ...clusterDocument(cluster), ...(isDry && { plan: planDocument(plan) }) } },
    goals: [{ name: cluster.name, until: "ready", generation: cluster.generation, uid: cluster.uid }],
  };
}

async function submitPipeline(session: Session, { manifest, project, name }: Pick<Submission, "manifest" | "project" | "name">, validateOnly: boolean): Promise<Submitted> {
  const target = project === undefined && session.givenProject !== undefined ? pipelineName(session.givenProject, name) : "";
  const request = { name: target, source: { $case: "manifest", value: manifest }, allowMissing: true, etag: "", validateOnly } as const;
  const change = await mutate(session, (api, requestId, call) => api.pipelines.update({ ...request, requestId }, call));
  const { pipeline, plan } = change;
  if (pipeline === undefined) throw new Failure("internal", "the answer has no pipeline");
  const line = `${pipelineChangeText(change)}${validateOnly ? " (dry run)" : ""}`;
  const lines = [line, ...(validateOnly ? pipelinePlanLines(plan) : [])];
  return { done: { name: spokenName(pipeline.name), lines, document: { ...pipelineDocument(pipeline), ...(validateOnly && { plan: pipelinePlanDocument(plan) }) } }, goals: pipelineGoals(pipeline, "ready") };
}
