import { Failure } from "@troupe/domain/failure";
import type { App } from "@troupe/proto/troupe/v1/app";
import type { Cluster, ClusterChange } from "@troupe/proto/troupe/v1/cluster";
import type { Pipeline, PipelineChange } from "@troupe/proto/troupe/v1/pipeline";
import { mutate } from "./calls.ts";
import type { Submission } from "./input/documents.ts";
import { clusterName, pipelineName, projectName } from "./resource-names.ts";
import type { Session } from "./session.ts";

// A document as the server takes it, to the project that was given where it names none. `validateOnly`: the answer says what would happen.

export type ChangeOfCluster = ClusterChange & { readonly cluster: Cluster };
export type ChangeOfPipeline = PipelineChange & { readonly pipeline: Pipeline };

export function sendApp(session: Session, { manifest, project }: Submission, validateOnly: boolean): Promise<App> {
  const parent = project === undefined && session.givenProject !== undefined ? projectName(session.givenProject) : "";
  return mutate(session, (api, requestId, call) => api.apps.publish({ parent, manifest, requestId, validateOnly }, call));
}

export async function sendCluster(session: Session, { manifest, project, name }: Submission, validateOnly: boolean): Promise<ChangeOfCluster> {
  const target = project === undefined && session.givenProject !== undefined ? clusterName(session.givenProject, name) : "";
  const request = { name: target, source: { $case: "manifest", value: manifest }, updateMask: undefined, allowMissing: true, etag: "", validateOnly } as const;
  const { cluster, ...change } = await mutate(session, (api, requestId, call) => api.clusters.update({ ...request, requestId }, call));
  if (cluster === undefined) throw new Failure("internal", "the answer has no cluster");
  return { ...change, cluster };
}

export async function sendPipeline(session: Session, { manifest, project, name }: Submission, validateOnly: boolean): Promise<ChangeOfPipeline> {
  const target = project === undefined && session.givenProject !== undefined ? pipelineName(session.givenProject, name) : "";
  const request = { name: target, source: { $case: "manifest", value: manifest }, allowMissing: true, etag: "", validateOnly } as const;
  const { pipeline, ...change } = await mutate(session, (api, requestId, call) => api.pipelines.update({ ...request, requestId }, call));
  if (pipeline === undefined) throw new Failure("internal", "the answer has no pipeline");
  return { ...change, pipeline };
}
