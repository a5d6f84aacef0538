import type { ProviderApp } from "@troupe/domain/language/check-providers";
import { clusterNameOf, type Named } from "@troupe/domain/language/pipeline-needs";
import { parseAppReference } from "../apps/resolve-app.ts";

/** Name of each of a pipeline's clusters → the app that it is to be of, whether it exists yet or not. */
export function appsIn({ name, spec }: Named): Readonly<Record<string, ProviderApp>> {
  return Object.fromEntries(
    Object.entries(spec.clusters).map(([key, { app }]) => {
      const reference = parseAppReference(app);
      return [clusterNameOf(name, key), { name: reference.name, version: reference.version }];
    }),
  );
}
