import { invalid } from "@troupe/domain/failure";
import { catalogueProject } from "@troupe/domain/name";
import { nearest } from "@troupe/domain/nearest";
import type { AppBuild, Store } from "../store.ts";
import { byVersion, isStable } from "./version-order.ts";

/** `name`, `name@version` or `name@version+build`, as written. */
export interface AppReference {
  readonly name: string;
  readonly version: string | undefined;
  readonly build: number | undefined;
}

export function parseAppReference(text: string): AppReference {
  const [, name = text, version, build] = /^([^@]*)(?:@(.*?)(?:\+(\d+))?)?$/.exec(text) ?? [];
  return { name, version, build: build === undefined ? undefined : Number(build) };
}

/**
 * The build that a reference means now: in the project itself, else in the shared catalogue. Without a build the newest, without
 * a version the newest that is stable (or the newest at all, where none is).
 */
export async function resolveApp(store: Pick<Store, "appBuilds">, project: string, text: string): Promise<AppBuild> {
  const reference = parseAppReference(text);
  const builds = await store.appBuilds([project, catalogueProject], reference.name);
  const found = chooseBuild(reference, builds.filter((build) => build.project === project)) ?? chooseBuild(reference, builds);
  if (found) return found;
  throw invalid([{ path: "spec.app", ...whyNone(reference, builds) }]);
}

export function chooseBuild({ version, build }: AppReference, builds: readonly AppBuild[]): AppBuild | undefined {
  const newestFirst = builds.toSorted(byVersion);
  if (version === undefined) return newestFirst.find((one) => isStable(one.version)) ?? newestFirst[0];
  return newestFirst.find((one) => one.version === version && (build === undefined || one.build === build));
}

function whyNone({ name, version, build }: AppReference, builds: readonly AppBuild[]) {
  if (builds.length === 0) return { reason: "APP_NOT_FOUND", message: `there is no app ${name} in this project or in ${catalogueProject}: publish it first` } as const;
  const ofVersion = builds.filter((one) => one.version === version).toSorted(byVersion);
  const known = builds.toSorted(byVersion);
  const suggestion = ofVersion[0] ?? known.find((one) => one.version === nearest(version ?? "", known.map((candidate) => candidate.version))) ?? known[0];
  const what = ofVersion.length > 0 ? `no build ${build} of ${name}@${version}: there is ${ofVersion.slice(0, 5).map((one) => one.build).join(", ")}` : `no version ${version} of ${name}: there is ${[...new Set(known.map((one) => one.version))].slice(0, 5).join(", ")}`;
  return { reason: "APP_NOT_FOUND", message: `there is ${what}`, ...(suggestion && { suggestion: `${name}@${suggestion.version}` }) } as const;
}
