import { Failure } from "@troupe/domain/failure";
import { baseEnvironment, type ListenAddress, listenAddress } from "@troupe/runtime/environment";
import { z } from "zod";

export const configSchema = z.object({
  ...baseEnvironment,
  /** `host:port` of control's gRPC. */
  TROUPE_CONTROL_ADDRESS: z.string(),
  /** GraphQL, health and metrics. */
  TROUPE_HTTP_LISTEN: listenAddress.default({ host: "127.0.0.1", port: 7400 }),
  TROUPE_GRPC_LISTEN: listenAddress.default({ host: "127.0.0.1", port: 7401 }),
  /** `accept`: listen wider than loopback although nobody is authenticated. */
  TROUPE_UNAUTHENTICATED: z.enum(["accept"]).optional(),
  TROUPE_INTROSPECTION: z.enum(["on", "off"]).default("on"),
});

/** Whoever reaches an address beyond this machine could do anything: that has to be said, not to happen. */
export function refuseOpenDoors(addresses: Readonly<Record<string, ListenAddress>>, accepted: boolean): void {
  if (accepted) return;
  const open = Object.entries(addresses).filter(([, { host }]) => !isLoopback(host));
  if (open.length === 0) return;
  const problems = open.map(([path, { host }]) => ({
    path,
    reason: "UNAUTHENTICATED_DOOR" as const,
    message: `listens on ${host}, which others can reach, and nobody is authenticated: listen on 127.0.0.1, or set TROUPE_UNAUTHENTICATED=accept`,
  }));
  throw new Failure("invalid", "a door is open to everyone", { reason: "UNAUTHENTICATED_DOOR", problems });
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}
