import type { ServiceDefinition } from "@grpc/grpc-js";
import { type Channel, callerOf } from "@troupe/runtime/grpc-client";
import { type Call, type Handlers, type Service, serviceOf } from "@troupe/runtime/grpc-server";
import { callerMetadata } from "../caller.ts";

type Forward = (request: unknown, options: { readonly deadlineMs: number; readonly signal: AbortSignal; readonly metadata: Readonly<Record<string, string>> }) => Promise<unknown> | AsyncIterable<unknown>;

/**
 * A service that asks control for everything: one loop over its definition, no code per method. Deadlines and cancellations
 * go along, and no deadline where the caller set none; failures come back as they are, details included.
 */
export function forwardTo<D extends ServiceDefinition>(definition: D, control: Channel, nowMs: () => number): Service {
  const methods = callerOf(definition, control) as unknown as Readonly<Record<string, Forward>>;
  const handlers = Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, (request: unknown, call: Call) => method(request, optionsOf(call, nowMs))]));
  // Each handler has its method's own types, which a loop cannot show.
  return serviceOf(definition, handlers as unknown as Handlers<D>);
}

function optionsOf({ signal, deadlineMs }: Call, nowMs: () => number) {
  return { signal, metadata: callerMetadata, deadlineMs: deadlineMs === undefined ? Number.POSITIVE_INFINITY : Math.max(1, deadlineMs - nowMs()) };
}
