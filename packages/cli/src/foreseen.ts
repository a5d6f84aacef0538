import { Failure } from "@troupe/domain/failure";
import { chooseBuild, parseAppReference } from "@troupe/domain/language/app-reference";
import type { App } from "@troupe/domain/language/app";
import { type ClusterDocument, printCluster } from "@troupe/domain/language/cluster";
import { type PipelineDocument, printPipeline } from "@troupe/domain/language/pipeline";
import { clusterNameOf, inOrderOfNeed, specOfCluster } from "@troupe/domain/language/pipeline-needs";
import { memberChanges } from "@troupe/domain/plan/change-plan";
import { bindNeeds } from "@troupe/domain/plan/needs";
import { planAlone } from "@troupe/domain/plan/plan-alone";
import { Cluster } from "@troupe/proto/troupe/v1/cluster";
import { ClusterAction, type ClusterPlan, Pipeline } from "@troupe/proto/troupe/v1/pipeline";
import { type ChangePlan, MemberAction } from "@troupe/proto/troupe/v1/resource";
import { read } from "./calls.ts";
import { InFile } from "./in-file.ts";
import type { Input, Submission } from "./input/documents.ts";
import { judgeHere } from "./judged-here.ts";
import { clusterName, pipelineName } from "./resource-names.ts";
import { type ChangeOfCluster, type ChangeOfPipeline, sendApp } from "./send.ts";
import type { Session } from "./session.ts";

/*
 * What a dry run tells of a document whose App would be published before it. The server cannot look ahead: it finds no such app,
 * or takes an earlier build for it. So the document is planned here, beside the App that comes along, and it is said that the
 * server was not asked.
 */

/** What would come of a document as far as can be told here; undefined where the server can tell it. */
export interface Foresight {
  cluster(submission: Submission): Promise<Foreseen<ChangeOfCluster> | undefined>;
  pipeline(submission: Submission): Promise<Foreseen<ChangeOfPipeline> | undefined>;
}

export interface Foreseen<Change> {
  readonly change: Change;
  /** As it was written. */
  readonly document: object;
}

export async function foresightFor(session: Session, input: Input): Promise<Foresight> {
  const apps = await appsAlong(session, input);
  return { cluster: (submission) => foreseenCluster(session, submission, apps), pipeline: (submission) => foreseenPipeline(session, submission, apps) };
}

interface AppAlong extends App {
  /** A dry run answers with no revision where there is none yet. */
  readonly isPublished: boolean;
}

async function appsAlong(session: Session, { submissions, files }: Input): Promise<readonly AppAlong[]> {
  const found = judgeHere(submissions.filter(({ kind }) => kind === "App")).map(async ({ submission, read: app }) => {
    const { revision } = await InFile.during(submission.file, files, () => sendApp(session, submission, true));
    return app?.kind === "app" && app.app ? [{ ...app.app, isPublished: revision > 0n }] : [];
  });
  return (await Promise.all(found)).flat();
}

/** The server can tell where the App is published, or the cluster keeps the build that it has. */
async function foreseenCluster(session: Session, submission: Submission, apps: readonly AppAlong[]): Promise<Foreseen<ChangeOfCluster> | undefined> {
  const [judged] = judgeHere([submission]);
  const cluster = judged?.read?.kind === "cluster" ? judged.read.cluster : undefined;
  const app = cluster && findUnpublished(apps, cluster.spec.app);
  if (!cluster || !app) return undefined;
  const { project = session.project } = submission;
  const name = clusterName(project, cluster.name);
  const present = await ifThere(read(session, (api, call) => api.clusters.get({ name }, call)));
  if (present?.spec?.app === cluster.spec.app) return undefined;
  const document = printCluster({ ...cluster, project });
  if (!present) return { document, change: { cluster: Cluster.fromPartial({ name }), created: true, plan: { ...planBeside(app, cluster), notes: [notAsked(app)] } } };
  const fields = [{ path: "app", before: JSON.stringify(present.spec?.app), after: JSON.stringify(cluster.spec.app) }];
  return { document, change: { cluster: present, created: false, plan: { unchanged: false, fields, members: [], notes: [notKnown(app)] } } };
}

/** As of a cluster; any that is of such an App counts. */
async function foreseenPipeline(session: Session, submission: Submission, apps: readonly AppAlong[]): Promise<Foreseen<ChangeOfPipeline> | undefined> {
  const [judged] = judgeHere([submission]);
  const pipeline = judged?.read?.kind === "pipeline" ? judged.read.pipeline : undefined;
  const ahead = Object.entries(pipeline?.spec.clusters ?? {}).flatMap(([key, { app: reference }]) => {
    const app = findUnpublished(apps, reference);
    return app ? [{ key, reference, app }] : [];
  });
  if (!pipeline || ahead.length === 0) return undefined;
  const { project = session.project } = submission;
  const name = pipelineName(project, pipeline.name);
  const present = await ifThere(read(session, (api, call) => api.pipelines.get({ name }, call)));
  if (present && ahead.every(({ key, reference }) => present.spec?.clusters[key]?.app === reference)) return undefined;
  const clusters = present ? [] : inOrderOfNeed(pipeline).map((key) => partCreated(pipeline, key, project, ahead.find((one) => one.key === key)?.app));
  const notes = [...new Set(ahead.map(({ app }) => (present ? notKnown(app) : notAsked(app))))];
  return { document: printPipeline({ ...pipeline, project }), change: { pipeline: present ?? Pipeline.fromPartial({ name }), created: !present, plan: { unchanged: false, clusters, notes } } };
}

function partCreated(pipeline: PipelineDocument, key: string, project: string, app: App | undefined): ClusterPlan {
  const name = clusterNameOf(pipeline.name, key);
  const spec = specOfCluster(pipeline, key);
  return { key, cluster: clusterName(project, name), action: ClusterAction.CLUSTER_ACTION_CREATE, plan: app && spec && planBeside(app, { ...pipeline, name, spec }) };
}

function planBeside(app: App, cluster: ClusterDocument): ChangePlan {
  const members = memberChanges(undefined, planAlone(app, cluster, bindNeeds(app, cluster.spec, {})));
  return { unchanged: false, fields: [], members: members.map(({ role, index }) => ({ role, index, action: MemberAction.MEMBER_ACTION_CREATE })), notes: [] };
}

/** What the store would choose once all are published, if it is not yet. */
function findUnpublished(apps: readonly AppAlong[], reference: string): App | undefined {
  const asked = parseAppReference(reference);
  const app = chooseBuild(asked, apps.filter(({ name }) => name === asked.name));
  return app?.isPublished ? undefined : app;
}

function notAsked({ name, version, build }: App): string {
  return `${name}@${version}+${build} is not published yet: the server was not asked whether target, names and needs are possible`;
}

function notKnown({ name, version, build }: App): string {
  return `${name}@${version}+${build} is not published yet: what else changes can be told once it is`;
}

async function ifThere<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Failure && error.kind === "not_found") return undefined;
    throw error;
  }
}
