import { ClusterAction } from "@troupe/proto/troupe/v1/pipeline";
import { type Foresight, foresightFor } from "../foreseen.ts";
import { InFile } from "../in-file.ts";
import { readSubmissions, type Submission } from "../input/documents.ts";
import { planLines } from "../print/change.ts";
import { planDocument } from "../print/document.ts";
import { pipelinePlanDocument } from "../print/pipeline-document.ts";
import { visible } from "../print/visible.ts";
import { spokenName } from "../resource-names.ts";
import { sendCluster, sendPipeline } from "../send.ts";
import { isMachineReadable, printValue, type Session } from "../session.ts";
import { checkAll } from "./apply.ts";

/** What `apply` would change of each spec. Exit 1 when something differs, as diff has it. */
export async function diff(session: Session, { filename, recursive }: { readonly filename: readonly string[]; readonly recursive: boolean }): Promise<number> {
  const input = await readSubmissions(session, filename, recursive);
  await checkAll(session, input);
  const ahead = await foresightFor(session, input);
  const documents: object[] = [];
  let differs = false;
  for (const submission of input.submissions) {
    const { file } = submission;
    const difference = await InFile.during(file, input.files, () => differenceOf(session, submission, ahead));
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

async function differenceOf(session: Session, submission: Submission, ahead: Foresight): Promise<Difference | undefined> {
  switch (submission.kind) {
    case "Cluster":
      return clusterDifference(session, submission, ahead);
    case "Pipeline":
      return pipelineDifference(session, submission, ahead);
    case "App":
    case "other":
      return undefined;
  }
}

async function clusterDifference(session: Session, submission: Submission, ahead: Foresight): Promise<Difference> {
  const { cluster, plan, created } = (await ahead.cluster(submission))?.change ?? (await sendCluster(session, submission, true));
  return { document: { cluster: cluster.name, created, ...planDocument(plan) }, text: plan?.unchanged ? "" : textOf(session, spokenName(cluster.name), created ? "new" : "", plan) };
}

async function pipelineDifference(session: Session, submission: Submission, ahead: Foresight): Promise<Difference> {
  const { pipeline, plan, created } = (await ahead.pipeline(submission))?.change ?? (await sendPipeline(session, submission, true));
  const words = { [ClusterAction.CLUSTER_ACTION_UNSPECIFIED]: "", [ClusterAction.CLUSTER_ACTION_CREATE]: "new", [ClusterAction.CLUSTER_ACTION_UPDATE]: "", [ClusterAction.CLUSTER_ACTION_DELETE]: "deleted" } as const;
  const clusters = (plan?.clusters ?? []).map(({ cluster, action, plan: own }) => textOf(session, spokenName(cluster), words[action], own));
  const notes = (plan?.notes ?? []).map((each) => `  ${visible(each)}\n`);
  const document = { pipeline: pipeline.name, created, ...pipelinePlanDocument(plan) };
  return { document, text: plan?.unchanged ? "" : `${session.paint.bold(visible(`${spokenName(pipeline.name)}${created ? " (new)" : ""}`))}\n${[...clusters, ...notes].join("")}` };
}

function textOf({ paint }: Session, name: string, word: string, plan: Parameters<typeof planLines>[0]): string {
  const fields = (plan?.fields ?? []).flatMap(({ path, before, after }) => [
    ...(before === "" ? [] : [paint.red(visible(`- ${path}: ${before}`))]),
    ...(after === "" ? [] : [paint.green(visible(`+ ${path}: ${after}`))]),
  ]);
  return `${[paint.bold(visible(word === "" ? name : `${name} (${word})`)), ...fields, ...planLines(plan)].join("\n")}\n`;
}
