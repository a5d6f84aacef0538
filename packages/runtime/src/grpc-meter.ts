import { status as codes } from "@grpc/grpc-js";
import type { Metrics } from "./metrics.ts";

/** Told of each call that a server has answered. */
export type CallMeter = (method: string, code: number, tookMs: number) => void;

const bucketsSeconds = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];

/** `troupe_grpc_calls_total{method, code}` and `troupe_grpc_call_seconds{method}`. */
export function meterCalls(metrics: Metrics): CallMeter {
  const calls = metrics.counter("troupe_grpc_calls_total", "Calls answered by the gRPC server", ["method", "code"]);
  const seconds = metrics.histogram("troupe_grpc_call_seconds", "From a call's start to its last answer", bucketsSeconds, ["method"]);
  return (method, code, tookMs) => {
    calls.add({ method, code: codes[code] ?? String(code) });
    seconds.observe(tookMs / 1_000, { method });
  };
}
