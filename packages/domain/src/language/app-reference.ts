import type { AppName } from "../name.ts";
import { byVersion, isStable } from "../version-order.ts";

/** `name`, `name@version` or `name@version+build`, as written. */
export interface AppReference {
  readonly name: AppName;
  readonly version: string | undefined;
  readonly build: number | undefined;
}

export function parseAppReference(text: string): AppReference {
  const [, name = text, version, build] = /^([^@]*)(?:@(.*?)(?:\+(\d+))?)?$/.exec(text) ?? [];
  return { name, version, build: build === undefined ? undefined : Number(build) };
}

/** Of builds of one app: without a build in the reference the newest, without a version the newest that is stable, or the newest at all where none is. */
export function chooseBuild<T extends { readonly version: string; readonly build: number }>({ version, build }: AppReference, builds: readonly T[]): T | undefined {
  const newestFirst = builds.toSorted(byVersion);
  if (version === undefined) return newestFirst.find((one) => isStable(one.version)) ?? newestFirst[0];
  return newestFirst.find((one) => one.version === version && (build === undefined || one.build === build));
}
