import { Failure } from "@troupe/domain/failure";
import { type App, parseApp } from "@troupe/domain/language/app";
import { documentOfValue } from "@troupe/domain/language/document";
import { attempt } from "@troupe/domain/plan/submitted";
import type { Cluster } from "@troupe/proto/troupe/v1/cluster";
import { advising } from "./advice.ts";
import { read } from "./calls.ts";
import { appName, projectOf, sharedProject } from "./resource-names.ts";
import type { Session } from "./session.ts";

/** The definition that a cluster runs, from where the server looks for it: its own project, else the one that all share. */
export async function appOf(session: Session, { name, app }: Cluster): Promise<App> {
  const ofProject = (project: string) => read(session, (api, call) => api.apps.get({ name: appName(project, app) }, call));
  const { definition } = await ofProject(projectOf(name)).catch((error: unknown) => {
    if (error instanceof Failure && error.kind === "not_found") return ofProject(sharedProject);
    throw error;
  });
  const { made, problems: [first] } = attempt(() => parseApp(documentOfValue(definition)));
  if (made === undefined) throw advising("conflict", `this command does not understand the definition of ${app}${first === undefined ? "" : `: ${first.path}: ${first.message}`}`, "take the command that belongs to the server: troupe version tells the two");
  return made;
}
