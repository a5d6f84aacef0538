import { DeleteAppRequest, type AppServiceService, PublishAppRequest } from "@troupe/proto/troupe/v1/app";
import type { Handlers } from "@troupe/runtime/grpc-server";
import type { makeDeleteApp } from "../apps/delete-app.ts";
import type { makePublishApp } from "../apps/publish-app.ts";
import { getApp, listApps } from "../apps/read-apps.ts";
import type { makeValidate } from "../apps/validate.ts";
import { parsePageSize } from "../clusters/cluster-query.ts";
import type { Store } from "../store.ts";
import { toWireApp } from "./app-words.ts";
import { toWireProblem } from "./problem-words.ts";
import { callerOf, manifestOf, onceOf } from "./requests.ts";
import { parseAppName, parseParent, parseParents } from "./resource-names.ts";

export interface AppHandlersDeps {
  readonly store: Pick<Store, "appBuilds" | "findApp" | "findDefinition" | "listApps">;
  readonly publishApp: ReturnType<typeof makePublishApp>;
  readonly deleteApp: ReturnType<typeof makeDeleteApp>;
  readonly validate: ReturnType<typeof makeValidate>;
}

export function appHandlers({ store, publishApp, deleteApp, validate }: AppHandlersDeps): Handlers<typeof AppServiceService> {
  return {
    publish: async (request, call) => {
      const project = request.parent === "" ? undefined : parseParent(request.parent);
      const command = { project, manifest: manifestOf(request.manifest), request: onceOf("PublishApp", PublishAppRequest, request), validateOnly: request.validateOnly };
      const app = await publishApp(command, callerOf(call));
      return toWireApp(app, app.revision, { yaml: app.yaml });
    },
    get: async ({ name }) => {
      const { project, ...reference } = parseAppName(name);
      const { app, definition } = await getApp(store, project, reference);
      return toWireApp(app, app.revision, { yaml: app.yaml, definition });
    },
    list: async ({ parent, pageSize, pageToken }) => {
      const { apps, nextPageToken } = await listApps(store, { project: parseParents(parent), limit: parsePageSize(pageSize) }, pageToken);
      return { apps: apps.map((app) => toWireApp(app, app.revision)), nextPageToken };
    },
    listVersions: async ({ name, pageSize, pageToken }) => {
      const { project, name: app } = parseAppName(name);
      const { apps, nextPageToken } = await listApps(store, { project, name: app, limit: parsePageSize(pageSize) }, pageToken);
      return { apps: apps.map((build) => toWireApp(build, build.revision)), nextPageToken };
    },
    validate: async ({ manifest }) => ({ problems: (await validate(manifestOf(manifest))).map(toWireProblem) }),
    delete: async (request, call) => {
      await deleteApp({ ...parseAppName(request.name), request: onceOf("DeleteApp", DeleteAppRequest, request), validateOnly: request.validateOnly }, callerOf(call));
      return {};
    },
  };
}
