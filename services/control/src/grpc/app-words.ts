import type { JsonObject } from "@troupe/domain/json";
import type * as wire from "@troupe/proto/troupe/v1/app";
import type { StoredAppSummary } from "../store.ts";

export interface AppText {
  readonly yaml?: string;
  readonly definition?: JsonObject;
}

/** What summaries of apps that were published before there were such fields do not say. */
const unsaid = { label: "", logo: "", docs: "", category: "" } as const;

export function toWireApp({ uid, project, name, version, build, digest, creator, createTime, summary }: StoredAppSummary, revision: number, { yaml = "", definition }: AppText = {}): wire.App {
  return {
    name: appName({ project, name, version, build }),
    uid,
    // A published build never changes.
    etag: digest.slice(0, 16),
    createTime,
    creator,
    revision: BigInt(revision),
    app: name,
    version,
    build,
    digest,
    ...unsaid,
    ...summary,
    needs: summary.needs.map((need) => ({ ...need, version: need.version ?? "" })),
    yaml,
    definition,
  };
}

export function appName({ project, name, version, build }: Pick<StoredAppSummary, "project" | "name" | "version" | "build">): string {
  return `projects/${project}/apps/${name}@${version}+${build}`;
}
