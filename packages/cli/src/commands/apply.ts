import { Failure } from "@troupe/domain/failure";
import type { ClusterChange } from "@troupe/proto/troupe/v1/cluster";
import { mutate, read } from "../calls.ts";
import { InFile } from "../in-file.ts";
import { readSubmissions, type Input, type Submission } from "../input/documents.ts";
import { changeText, planLines } from "../print/change.ts";
import { appDocument, clusterDocument, listDocument, planDocument } from "../print/document.ts";
import { clusterName, projectName, spokenName } from "../resource-names.ts";
import { isMachineReadable, printValue, type Session } from "../session.ts";
import { usage } from "../usage.ts";
import { type Goal, waitFor } from "../wait-for.ts";

export interface ApplyOptions {
  readonly filename: readonly string[];
  readonly recursive: boolean;
  readonly dryRun: boolean;
  readonly wait: boolean;
  readonly timeoutMs: number;
}

/** Publishes Apps and applies Clusters. Everything is checked before the first is sent. */
export async function apply(session: Session, options: ApplyOptions): Promise<void> {
  const input = await readSubmissions(session, options.filename, options.recursive);
  await checkAll(session, input);
  const done: object[] = [];
  const goals: Goal[] = [];
  for (const submission of input.submissions) {
    const { line, document, goal } = await InFile.during(submission.file, input.files, () => submit(session, submission, options.dryRun));
    done.push(document);
    if (goal) goals.push(goal);
    if (session.output === "name") session.terminal.out.write(`${line.split(" ")[0]}\n`);
    else if (!isMachineReadable(session)) session.terminal.out.write(`${line}\n`);
  }
  if (isMachineReadable(session)) await printValue(session, done.length === 1 ? done[0] : listDocument(done));
  if (options.wait && !options.dryRun) await waitFor(session, goals, options.timeoutMs);
}

/** A Cluster of an App that comes along is judged when it is sent: before, its App is not there. */
export async function checkAll(session: Session, { submissions, files }: Input): Promise<void> {
  const apps = new Set(submissions.filter(({ kind }) => kind === "App").map(({ name }) => name));
  const failures: InFile[] = [];
  for (const submission of submissions) {
    if (submission.kind === "Cluster" && apps.has(submission.app)) continue;
    const { problems } = await read(session, (api, call) => api.apps.validate({ manifest: submission.manifest }, call));
    if (problems.length > 0) failures.push(new InFile(new Failure("invalid", "the document is not valid", { problems: problems.map(placed) }), submission.file, files));
  }
  const [first, ...others] = failures;
  if (first) throw first.with(others);
}

/** Zero and empty are proto's way to say that something is absent. */
export function placed({ path, line, column, reason, message, suggestion }: { path: string; line: number; column: number; reason: string; message: string; suggestion: string }) {
  return { path, reason: reason as Uppercase<string>, message, ...(line > 0 && { line }), ...(column > 0 && { column }), ...(suggestion !== "" && { suggestion }) };
}

interface Submitted {
  readonly line: string;
  readonly document: object;
  readonly goal?: Goal;
}

async function submit(session: Session, { kind, manifest, project, name }: Submission, validateOnly: boolean): Promise<Submitted> {
  const suffix = validateOnly ? " (dry run)" : "";
  if (kind === "App") {
    const parent = session.givenProject !== undefined && project === undefined ? projectName(session.givenProject) : "";
    const app = await mutate(session, (api, requestId, call) => api.apps.publish({ parent, manifest, requestId, validateOnly }, call));
    return { line: `${spokenName(app.name)} published${suffix}`, document: appDocument(app) };
  }
  if (kind === "other") throw usage(`a document is neither an App nor a Cluster`);
  const target = project === undefined && session.givenProject !== undefined ? clusterName(session.givenProject, name) : "";
  const change = await mutate(session, (api, requestId, call) =>
    api.clusters.update({ name: target, source: { $case: "manifest", value: manifest }, updateMask: undefined, allowMissing: true, etag: "", requestId, validateOnly }, call),
  );
  return submitted(change, `${changeText(change, "configured")}${suffix}`, validateOnly);
}

function submitted(change: ClusterChange, line: string, isDry: boolean): Submitted {
  const { cluster, plan } = change;
  if (cluster === undefined) throw new Failure("internal", "the answer has no cluster");
  const lines = isDry ? [line, ...planLines(plan)].join("\n") : line;
  return { line: lines, document: { ...clusterDocument(cluster), ...(isDry && { plan: planDocument(plan) }) }, goal: { name: cluster.name, until: "ready", generation: cluster.generation, uid: cluster.uid } };
}
