import { parseReferences } from "../kinds.ts";
import { clusterName } from "../resource-names.ts";
import type { Session } from "../session.ts";
import { usage } from "../usage.ts";
import { waitFor } from "../wait-for.ts";

/** Ends when every cluster is ready, or gone. */
export async function wait(session: Session, words: readonly string[], { until, timeoutMs }: { readonly until: string; readonly timeoutMs: number }): Promise<void> {
  if (until !== "ready" && until !== "deleted") throw usage(`--for "${until}" must be ready or deleted`);
  const { names } = parseReferences(words, ["cluster"]);
  if (names.length === 0) throw usage("wait for which cluster? troupe wait cluster NAME --for ready");
  await waitFor(session, names.map((name) => ({ name: clusterName(session.project, name), until, generation: 0n, uid: "" })), timeoutMs);
}
