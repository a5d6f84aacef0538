import { Failure } from "@troupe/domain/failure";
import type { Foresight } from "../foreseen.ts";
import { InFile } from "../in-file.ts";
import { readSubmissions, type Input, type Submission } from "../input/documents.ts";
import { problemsByServer } from "../judged-by-server.ts";
import { pipelineGoals } from "../pipeline-goals.ts";
import { changeText, planLines } from "../print/change.ts";
import { appDocument, clusterDocument, planDocument } from "../print/document.ts";
import { type Done, telling } from "../print/done.ts";
import { pipelineChangeText, pipelinePlanLines } from "../print/pipeline.ts";
import { pipelineDocument, pipelinePlanDocument } from "../print/pipeline-document.ts";
import { spokenName } from "../resource-names.ts";
import { sendApp, sendCluster, sendPipeline } from "../send.ts";
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

const drySuffix = " (dry run)";

/** Publishes Apps, and applies Clusters and Pipelines. Everything is checked before the first is sent. */
export async function apply(session: Session, options: ApplyOptions): Promise<void> {
  const input = await readSubmissions(session, options.filename, options.recursive);
  await checkAll(session, input);
  const ahead = options.dryRun ? await (await import("../foreseen.ts")).foresightFor(session, input) : undefined;
  const goals: Goal[] = [];
  await telling(session, async (tell) => {
    for (const submission of input.submissions) {
      const sent = await InFile.during(submission.file, input.files, () => submit(session, submission, ahead));
      tell(sent.done);
      goals.push(...sent.goals);
    }
  });
  if (options.wait) await waitFor(session, goals, options.timeoutMs);
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

/** `ahead`: it is a dry run. */
async function submit(session: Session, submission: Submission, ahead: Foresight | undefined): Promise<Submitted> {
  switch (submission.kind) {
    case "App":
      return submitApp(session, submission, ahead !== undefined);
    case "Cluster":
      return submitCluster(session, submission, ahead);
    case "Pipeline":
      return submitPipeline(session, submission, ahead);
    case "other":
      throw usage("a document is neither an App, a Cluster nor a Pipeline");
  }
}

async function submitApp(session: Session, submission: Submission, isDry: boolean): Promise<Submitted> {
  const app = await sendApp(session, submission, isDry);
  const spoken = spokenName(app.name);
  return { done: { name: spoken, lines: [`${spoken} published${isDry ? drySuffix : ""}`], document: appDocument(app) }, goals: [] };
}

async function submitCluster(session: Session, submission: Submission, ahead: Foresight | undefined): Promise<Submitted> {
  const foreseen = await ahead?.cluster(submission);
  const change = foreseen?.change ?? (await sendCluster(session, submission, ahead !== undefined));
  const { cluster, plan } = change;
  const [name, line, document] = [spokenName(cluster.name), changeText(change, "configured"), foreseen?.document ?? clusterDocument(cluster)];
  if (ahead) return { done: { name, lines: [`${line}${drySuffix}`, ...planLines(plan)], document: { ...document, plan: planDocument(plan) } }, goals: [] };
  return { done: { name, lines: [line], document }, goals: [{ name: cluster.name, until: "ready", generation: cluster.generation, uid: cluster.uid }] };
}

async function submitPipeline(session: Session, submission: Submission, ahead: Foresight | undefined): Promise<Submitted> {
  const foreseen = await ahead?.pipeline(submission);
  const change = foreseen?.change ?? (await sendPipeline(session, submission, ahead !== undefined));
  const { pipeline, plan } = change;
  const [name, line, document] = [spokenName(pipeline.name), pipelineChangeText(change), foreseen?.document ?? pipelineDocument(pipeline)];
  if (ahead) return { done: { name, lines: [`${line}${drySuffix}`, ...pipelinePlanLines(plan)], document: { ...document, plan: pipelinePlanDocument(plan) } }, goals: [] };
  return { done: { name, lines: [line], document }, goals: pipelineGoals(pipeline, "ready") };
}
