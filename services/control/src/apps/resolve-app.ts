import { invalid } from "@troupe/domain/failure";
import { type AppReference, chooseBuild, parseAppReference } from "@troupe/domain/language/app-reference";
import { catalogueProject } from "@troupe/domain/name";
import { nearest } from "@troupe/domain/nearest";
import { byVersion } from "@troupe/domain/version-order";
import type { AppBuild, Store } from "../store.ts";

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

function whyNone({ name, version, build }: AppReference, builds: readonly AppBuild[]) {
  if (builds.length === 0) return { reason: "APP_NOT_FOUND", message: `there is no app ${name} in this project or in ${catalogueProject}: publish it first` } as const;
  const ofVersion = builds.filter((one) => one.version === version).toSorted(byVersion);
  const known = builds.toSorted(byVersion);
  const suggestion = ofVersion[0] ?? known.find((one) => one.version === nearest(version ?? "", known.map((candidate) => candidate.version))) ?? known[0];
  const what = ofVersion.length > 0 ? `no build ${build} of ${name}@${version}: there is ${ofVersion.slice(0, 5).map((one) => one.build).join(", ")}` : `no version ${version} of ${name}: there is ${[...new Set(known.map((one) => one.version))].slice(0, 5).join(", ")}`;
  return { reason: "APP_NOT_FOUND", message: `there is ${what}`, ...(suggestion && { suggestion: `${name}@${suggestion.version}` }) } as const;
}
