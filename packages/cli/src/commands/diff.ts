import { Failure } from "@troupe/domain/failure";
import { ClusterAction } from "@troupe/proto/troupe/v1/pipeline";
import { mutate } from "../calls.ts";
import { InFile } from "../in-file.ts";
import { readSubmissions, type Submission } from "../input/documents.ts";
import { planLines } from "../print/change.ts";
import { planDocument } from "../print/document.ts";
import { pipelinePlanDocument } from "../print/pipeline-document.ts";
import { visible } from "../print/visible.ts";
import { clusterName, pipelineName, spokenName } from "../resource-names.ts";
import { isMachineReadable, printValue, type Session } from "../session.ts";
import { checkAll } from "./apply.ts";

/** What `apply` would change of each spec. Exit 1 when something differs, as diff has it. */
export async function diff(session: Session, { filename, recursive }: { readonly filename: readonly string[]; readonly recursive: boolean }): Promise<number> {
  const input = await readSubmissions(session, filename, recursive);
  await checkAll(session, input);
  const documents: object[] = [];
  let differs = false;
  for (const submission of input.submissions) {
    const { file } = submission;
    const difference = await InFile.during(file, input.files, () => differenceOf(session, submission));
    if (difference === undefined) continue;
    documents.push(difference.document);
    if (difference.text === "") continue;
    differs = true;
    if (!isMachineReadable(session)) session.terminal.out.write(difference.text);
  }
  if (isMachineReadable(session)) await printValue(session, documents);
  return differs ? 1 : 0;
}

interface Difference {
  readonly document: object;
  /** Empty: none. */
  readonly text: string;
}

async function differenceOf(session: Session, submission: Submission): Promise<Difference | undefined> {
  switch (submission.kind) {
    case "Cluster":
      return clusterDifference(session, submission);
    case "Pipeline":
      return pipelineDifference(session, submission);
    case "App":
    case "other":
      return undefined;
  }
}

async function clusterDifference(session: Session, { manifest, project, name }: Submission): Promise<Difference> {
  const target = project === undefined && session.givenProject !== undefined ? clusterName(session.givenProject, name) : "";
  const request = { name: target, source: { $case: "manifest", value: manifest }, updateMask: undefined, allowMissing: true, etag: "", validateOnly: true } as const;
  const { cluster, plan, created } = await mutate(session, (api, requestId, call) => api.clusters.update({ ...request, requestId }, call));
  if (cluster === undefined) throw new Failure("internal", "the answer has no cluster");
  return { document: { cluster: cluster.name, created, ...planDocument(plan) }, text: plan?.unchanged ? "" : textOf(session, spokenName(cluster.name), created ? "new" : "", plan) };
}

async function pipelineDifference(session: Session, { manifest, project, name }: Submission): Promise<Difference> {
  const target = project === undefined && session.givenProject !== undefined ? pipelineName(session.givenProject, name) : "";
  const request = { name: target, source: { $case: "manifest", value: manifest }, allowMissing: true, etag: "", validateOnly: true } as const;
  const { pipeline, plan, created } = await mutate(session, (api, requestId, call) => api.pipelines.update({ ...request, requestId }, call));
  if (pipeline === undefined) throw new Failure("internal", "the answer has no pipeline");
  const words = { [ClusterAction.CLUSTER_ACTION_UNSPECIFIED]: "", [ClusterAction.CLUSTER_ACTION_CREATE]: "new", [ClusterAction.CLUSTER_ACTION_UPDATE]: "", [ClusterAction.CLUSTER_ACTION_DELETE]: "deleted" } as const;
  const clusters = (plan?.clusters ?? []).map(({ cluster, action, plan: own }) => textOf(session, spokenName(cluster), words[action], own));
  const document = { pipeline: pipeline.name, created, ...pipelinePlanDocument(plan) };
  return { document, text: plan?.unchanged ? "" : `${session.paint.bold(visible(`${spokenName(pipeline.name)}${created ? " (new)" : ""}`))}\n${clusters.join("")}` };
}

function textOf({ paint }: Session, name: string, word: string, plan: Parameters<typeof planLines>[0]): string {
  const fields = (plan?.fields ?? []).flatMap(({ path, before, after }) => [
    ...(before === "" ? [] : [paint.red(visible(`- ${path}: ${before}`))]),
    ...(after === "" ? [] : [paint.green(visible(`+ ${path}: ${after}`))]),
  ]);
  return `${[paint.bold(visible(word === "" ? name : `${name} (${word})`)), ...fields, ...planLines(plan)].join("\n")}\n`;
}
