import { Failure, type Problem } from "@troupe/domain/failure";
import type { App } from "@troupe/domain/language/app";
import { appsAsked, type AskedApp, judge } from "@troupe/domain/plan/judge";
import { attempt, readSubmitted } from "@troupe/domain/plan/submitted";
import { documentsOf, type ManifestText } from "../documents.ts";
import type { Store } from "../store.ts";
import type { AppBook } from "./app-book.ts";
import { resolveApp } from "./resolve-app.ts";

export interface ValidateDeps {
  readonly store: Pick<Store, "appBuilds">;
  readonly apps: AppBook;
}

/** Everything that is wrong with any number of documents, without storing anything. The app of a Cluster may be one of them. */
export function makeValidate(deps: ValidateDeps) {
  return async function validate(manifest: ManifestText): Promise<readonly Problem[]> {
    const { made: documents, problems } = attempt(() => documentsOf(manifest));
    if (!documents) return problems;
    const reads = documents.map((document) => readSubmitted({ document, packageFiles: manifest.package }));
    const found = new Map(await Promise.all(appsAsked(reads).map(async (asked) => [keyOf(asked), await findApp(deps, asked)] as const)));
    return judge(reads, (asked) => found.get(keyOf(asked))).flatMap((judgement) => judgement.problems);
  };
}

async function findApp({ store, apps }: ValidateDeps, { project, app }: AskedApp): Promise<App | readonly Problem[]> {
  try {
    return await apps.appOf((await resolveApp(store, project, app)).digest);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "invalid") throw error;
    return error.problems;
  }
}

function keyOf({ project, app }: AskedApp): string {
  return `${project} ${app}`;
}
