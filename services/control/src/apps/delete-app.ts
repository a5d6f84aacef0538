import { Failure } from "@troupe/domain/failure";
import type { AppReference } from "@troupe/domain/language/app-reference";
import type { Caller } from "../caller.ts";
import { decideAgain } from "../decide-again.ts";
import { findFirst, newRequest, type RequestOnce } from "../request-once.ts";
import type { Store } from "../store.ts";

export interface DeleteAppDeps {
  readonly store: Pick<Store, "appBuilds" | "findApp" | "usersOf" | "findRequest" | "commit">;
  readonly nowMs: () => number;
}

export interface DeleteApp extends AppReference {
  readonly project: string;
  readonly request: RequestOnce | undefined;
  readonly validateOnly: boolean;
}

/** Takes a build away. Refused while a cluster uses it. */
export function makeDeleteApp({ store, nowMs }: DeleteAppDeps) {
  return async function deleteApp({ project, name, version, build, request, validateOnly }: DeleteApp, caller: Caller): Promise<void> {
    if (version === undefined || build === undefined) throw new Failure("invalid", `say which build of ${name} to delete: projects/${project}/apps/${name}@version+build`, { reason: "APP_NAME_INCOMPLETE" });
    const subject = `projects/${project}/apps/${name}@${version}+${build}`;
    await decideAgain(async () => {
      const found = (await store.appBuilds([project], name)).find((one) => one.version === version && one.build === build);
      const app = found && (await store.findApp(found.uid));
      // Last of all that is read, as where a cluster is applied.
      if (await findFirst(store, project, caller, request)) return;
      if (!app) throw new Failure("not_found", `${subject} does not exist`, { reason: "APP_NOT_FOUND", facts: { resource: subject } });
      const users = await store.usersOf(app.uid, 5);
      if (users.length > 0) throw inUse(subject, users);
      if (validateOnly) return;
      const { revision: _revision, yaml: _yaml, ...summary } = app;
      await store
        .commit({
          project,
          time: new Date(nowMs()).toISOString(),
          actor: caller,
          request: newRequest(caller, request, {}),
          audit: { method: "DeleteApp", subject, peer: caller.peer, change: { digest: app.digest } },
          writes: [{ kind: "unpublish", uid: app.uid, event: { type: "app.deleted", kind: "app", uid: app.uid, subject, generation: 0, data: { app: summary, change: {} } } }],
        })
        .catch((error: unknown) => {
          throw error instanceof Failure && error.reason === "APP_IN_USE" ? inUse(subject, []) : error;
        });
    });
  };
}

function inUse(subject: string, users: readonly string[]): Failure {
  return new Failure("conflict", `${subject} is in use${users.length > 0 ? ` by ${users.join(", ")}` : ""}`, { reason: "APP_IN_USE", facts: { resource: subject, users: users.join(",") } });
}
