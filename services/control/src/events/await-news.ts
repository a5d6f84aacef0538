/** What is awaited of one resource. */
export interface Awaited {
  readonly until: "ready" | "deleted";
  readonly timeoutMs: number;
}

/** States of it: the present one first, then a bookmark, then what comes. */
export type StateNews<T> = { readonly kind: "upsert"; readonly state: T } | { readonly kind: "delete" | "bookmark" };

/**
 * Answers when it is so, or at the timeout with the present state; undefined: it is not there. `refuse`: what is said where it
 * should become ready and is not there, or no longer.
 */
export async function awaitNews<T>(
  follow: (signal: AbortSignal) => AsyncIterable<StateNews<T>>,
  { until, timeoutMs }: Awaited,
  { isReady, refuse }: { readonly isReady: (state: T) => boolean; readonly refuse: (wasDeleted: boolean) => Error },
  signal: AbortSignal,
): Promise<{ readonly done: boolean; readonly state: T | undefined }> {
  const timeout = AbortSignal.timeout(timeoutMs);
  let state: T | undefined;
  try {
    for await (const news of follow(AbortSignal.any([signal, timeout]))) {
      if (news.kind === "upsert") state = news.state;
      if (news.kind === "delete") state = undefined;
      if (until === "ready" && state === undefined) throw refuse(news.kind === "delete");
      if (until === "deleted" ? state === undefined : state !== undefined && isReady(state)) return { done: true, state };
    }
  } catch (error) {
    if (!timeout.aborted || signal.aborted) throw error;
  }
  return { done: false, state };
}
