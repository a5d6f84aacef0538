import { baseEnvironment, listenAddress } from "@troupe/runtime/environment";
import { z } from "zod";

/**
 * Every variable that control reads:
 *
 * | variable | meaning | default |
 * |---|---|---|
 * | `TROUPE_DATABASE_URL` | PostgreSQL 15 or newer: `postgres://user:password@host:port/database` | none: it must be set |
 * | `TROUPE_NATS_URL` | NATS 2.9 or newer with JetStream: `nats://host:port`, several separated by commas | none: it must be set |
 * | `TROUPE_CONTROL_LISTEN` | gRPC: `troupe.v1`, `troupe.internal.v1`, health, reflection | `127.0.0.1:7402` |
 * | `TROUPE_CONTROL_HEALTH_LISTEN` | HTTP: `/livez`, `/readyz`, `/metrics` | `127.0.0.1:7412` |
 * | `TROUPE_LOG_LEVEL` | `debug`, `info`, `warn`, `error` | `info` |
 */
export const configSchema = z.object({
  ...baseEnvironment,
  TROUPE_DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, "is not a URL such as postgres://user:password@host:5432/database"),
  TROUPE_NATS_URL: z.string().min(1),
  TROUPE_CONTROL_LISTEN: z.string().default("127.0.0.1:7402").pipe(listenAddress),
  TROUPE_CONTROL_HEALTH_LISTEN: z.string().default("127.0.0.1:7412").pipe(listenAddress),
});
