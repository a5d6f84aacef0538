import { readdir } from "node:fs/promises";

/** Those that every `npm test` runs: a quorum, a database, and members of two kinds. */
export const alwaysTested = ["zookeeper", "postgres", "kafka"] as const;

export function fileOf(application: string): string {
  return `test/apps/${application}.test.ts`;
}

/** Whatever has a test here. */
export async function testedApplications(): Promise<readonly string[]> {
  const files = await readdir(import.meta.dirname);
  return files.flatMap((file) => /^(.+)\.test\.ts$/.exec(file)?.[1] ?? []).toSorted();
}
