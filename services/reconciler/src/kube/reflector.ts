import type { JsonObject } from "@troupe/domain/json";
import { Failure } from "@troupe/domain/failure";
import { delayMs } from "@troupe/runtime/backoff";
import { wait } from "@troupe/runtime/wait";
import type { KindName } from "./kinds.ts";
import type { Kube, ListPage, WatchEvent } from "./kube.ts";

/** Where the objects of one kind go; the cache. All calls are in the order of the API server's history. */
export interface Sink {
  /** A list begins: what is not put before it is complete, and is not newer than it, has gone. */
  listBegun(kind: KindName): void;
  listComplete(kind: KindName, resourceVersion: string): void;
  put(kind: KindName, objects: readonly JsonObject[]): void;
  events(kind: KindName, events: readonly WatchEvent[]): void;
  /** What keeps the kind from being seen; undefined when nothing does any more. */
  trouble(kind: KindName, failure: Failure | undefined): void;
}

/**
 * How far the mirror of one kind is. `from` is undefined while there is nothing to watch from: then it is listed.
 */
export interface ReflectorState {
  readonly from: string | undefined;
  /** Things that went wrong in a row. */
  readonly failures: number;
}

export type ReflectorEvent =
  | { readonly kind: "page"; readonly page: ListPage }
  | { readonly kind: "events"; readonly events: readonly WatchEvent[] }
  /** The server ended the watch, as it does after its time. */
  | { readonly kind: "ended"; readonly livedMs: number }
  | { readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "waited" };

export type ReflectorEffect =
  | { readonly kind: "list-begun" }
  | { readonly kind: "list"; readonly continueAt: string | undefined }
  | { readonly kind: "put"; readonly objects: readonly JsonObject[] }
  | { readonly kind: "list-complete"; readonly resourceVersion: string }
  | { readonly kind: "watch"; readonly resourceVersion: string }
  | { readonly kind: "events"; readonly events: readonly WatchEvent[] }
  | { readonly kind: "trouble"; readonly failure: Failure | undefined }
  | { readonly kind: "wait"; readonly failures: number };

/** A watch that ends sooner than this without a word is as good as a refusal. */
const shortestHealthyMs = 1_000;

const fromTheStart: readonly ReflectorEffect[] = [{ kind: "list-begun" }, { kind: "list", continueAt: undefined }];

/** What to do next. At most one effect of a step asks for events (list, watch, wait), and it is the last; none: go on as before. */
export function step(state: ReflectorState, event: ReflectorEvent): readonly [ReflectorState, readonly ReflectorEffect[]] {
  switch (event.kind) {
    case "page": {
      return afterPage(state, event.page);
    }
    case "events": {
      const well: readonly ReflectorEffect[] = state.failures > 0 ? [{ kind: "trouble", failure: undefined }] : [];
      const last = event.events.at(-1);
      if (!last) return [state, well];
      return [{ from: versionOf(last), failures: 0 }, [{ kind: "events", events: event.events }, ...well]];
    }
    case "ended": {
      if (event.livedMs < shortestHealthyMs) return afterFailure(state, new Failure("unavailable", "the API server ended the watch at once"));
      return [{ ...state, failures: 0 }, resume(state)];
    }
    case "failed": {
      return afterFailure(state, event.failure);
    }
    case "waited": {
      return [state, resume(state)];
    }
  }
}

function afterPage(state: ReflectorState, page: ListPage): readonly [ReflectorState, readonly ReflectorEffect[]] {
  const put: ReflectorEffect = { kind: "put", objects: page.items };
  if (page.continueAt !== undefined) return [state, [put, { kind: "list", continueAt: page.continueAt }]];
  const { resourceVersion } = page;
  return [
    { ...state, from: resourceVersion },
    [put, { kind: "list-complete", resourceVersion }, { kind: "trouble", failure: undefined }, { kind: "watch", resourceVersion }],
  ];
}

/** After too_old everything is listed anew, from the first page; after anything else the watch goes on where it was. */
function afterFailure(state: ReflectorState, failure: Failure): readonly [ReflectorState, readonly ReflectorEffect[]] {
  const failures = state.failures + 1;
  const trouble: readonly ReflectorEffect[] = failure.kind === "too_old" ? [] : [{ kind: "trouble", failure }];
  return [{ from: failure.kind === "too_old" ? undefined : state.from, failures }, [...trouble, { kind: "wait", failures }]];
}

function resume({ from }: ReflectorState): readonly ReflectorEffect[] {
  return from === undefined ? fromTheStart : [{ kind: "watch", resourceVersion: from }];
}

function versionOf(event: WatchEvent): string {
  if (event.kind === "bookmark") return event.resourceVersion;
  const { resourceVersion } = event.object["metadata"] as { resourceVersion: string };
  return resourceVersion;
}

export interface ReflectOptions {
  readonly kube: Pick<Kube, "list" | "watch">;
  readonly kind: KindName;
  readonly sink: Sink;
  readonly random: () => number;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

/** Mirrors one kind into the sink until the signal. Never rejects and never gives up. */
export async function reflect(options: ReflectOptions): Promise<void> {
  let state: ReflectorState = { from: undefined, failures: 0 };
  let effects = fromTheStart;
  let source: AsyncIterator<ReflectorEvent> | undefined;
  while (!options.signal.aborted) {
    for (const effect of effects) source = perform(options, effect) ?? source;
    const next = await source?.next();
    if (options.signal.aborted || !next || next.done) return;
    [state, effects] = step(state, next.value);
  }
}

/** Does an effect; for one that asks for events, where they come from. */
function perform(options: ReflectOptions, effect: ReflectorEffect): AsyncIterator<ReflectorEvent> | undefined {
  const { sink, kind } = options;
  switch (effect.kind) {
    case "list": {
      return listed(options, effect.continueAt);
    }
    case "watch": {
      return watched(options, effect.resourceVersion);
    }
    case "wait": {
      return waited(options, effect.failures);
    }
    case "list-begun": {
      sink.listBegun(kind);
      return undefined;
    }
    case "put": {
      sink.put(kind, effect.objects);
      return undefined;
    }
    case "list-complete": {
      sink.listComplete(kind, effect.resourceVersion);
      return undefined;
    }
    case "events": {
      sink.events(kind, effect.events);
      return undefined;
    }
    case "trouble": {
      sink.trouble(kind, effect.failure);
      return undefined;
    }
  }
}

async function* listed({ kube, kind, signal }: ReflectOptions, continueAt: string | undefined): AsyncGenerator<ReflectorEvent> {
  try {
    yield { kind: "page", page: await kube.list(kind, continueAt, signal) };
  } catch (error) {
    yield { kind: "failed", failure: toFailure(error) };
  }
}

async function* watched({ kube, kind, signal, nowMs }: ReflectOptions, resourceVersion: string): AsyncGenerator<ReflectorEvent> {
  const openedMs = nowMs();
  try {
    for await (const events of kube.watch(kind, resourceVersion, signal)) yield { kind: "events", events };
  } catch (error) {
    yield { kind: "failed", failure: toFailure(error) };
    return;
  }
  yield { kind: "ended", livedMs: nowMs() - openedMs };
}

async function* waited({ random, signal }: ReflectOptions, failures: number): AsyncGenerator<ReflectorEvent> {
  await wait(delayMs(failures - 1, random, { firstMs: 200, mostMs: 10_000 }), signal).catch(() => undefined);
  yield { kind: "waited" };
}

function toFailure(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure("internal", error instanceof Error ? error.message : String(error), { cause: error });
}
