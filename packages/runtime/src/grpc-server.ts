import {
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  status as codes,
  type UntypedServiceImplementation,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { Failure } from "@troupe/domain/failure";
import { disclose } from "./disclose.ts";
import { type ListenAddress, spellAddress } from "./environment.ts";
import { type Call, type OpenCall, openCall } from "./grpc-call.ts";
import { addHealth, addReflection } from "./grpc-extras.ts";
import { type CallMeter, meterCalls } from "./grpc-meter.ts";
import { pump } from "./grpc-pump.ts";
import { toStatus } from "./grpc-status.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { Part } from "./process.ts";

export type { Call } from "./grpc-call.ts";

export type UnaryHandler<Request, Response> = (request: Request, call: Call) => Promise<Response>;
export type StreamHandler<Request, Response> = (request: Request, call: Call) => AsyncIterable<Response>;

type HandlerOf<M> = M extends {
  readonly requestStream: false;
  readonly responseStream: infer Streamed;
  readonly requestDeserialize: (bytes: Buffer) => infer Request;
  readonly responseSerialize: (response: infer Response) => Buffer;
}
  ? Streamed extends true
    ? StreamHandler<Request, Response>
    : UnaryHandler<Request, Response>
  : never;

/** A handler for each method of a ts-proto service constant such as `ClusterServiceService`. */
export type Handlers<D> = { readonly [Method in keyof D]: HandlerOf<D[Method]> };

type AnyMethod = MethodDefinition<unknown, unknown>;
type AnyHandler = UnaryHandler<unknown, unknown> | StreamHandler<unknown, unknown>;

/** A service with its handlers, its types forgotten: for `makeServer`. */
export interface Service {
  readonly name: string;
  readonly methods: readonly { readonly name: string; readonly definition: AnyMethod; readonly handle: AnyHandler }[];
}

/**
 * Binds handlers to a service. A handler returns a message or an AsyncIterable of them, and throws Failures; any other error is
 * answered `internal` with an id, and logged.
 */
export function serviceOf<D extends ServiceDefinition>(definition: D, handlers: Handlers<D>): Service {
  // Handlers<D> has proved what the loop cannot: that each handler fits the method of its name.
  const untyped = handlers as unknown as Readonly<Record<string, AnyHandler>>;
  const methods = Object.entries<AnyMethod>(definition).map(([name, method]) => {
    const handle = untyped[name];
    if (!handle || method.requestStream) throw new Failure("internal", `no handler is possible for ${method.path}`);
    return { name, definition: method, handle };
  });
  return { name: methods[0]?.definition.path.split("/")[1] ?? "", methods };
}

export interface ServerOptions {
  readonly listen: ListenAddress;
  readonly log: Log;
  readonly services: readonly Service[];
  /** Of a request; larger ones are answered RESOURCE_EXHAUSTED. */
  readonly maxMessageBytes?: number;
  /** A serialized FileDescriptorSet; without it there is no reflection. */
  readonly reflection?: Uint8Array;
  readonly metrics?: Metrics;
}

const graceMs = 3_000;
const keepalive = { "grpc.keepalive_time_ms": 20_000, "grpc.keepalive_timeout_ms": 10_000 };

/**
 * A gRPC server as a part: the services, `grpc.health.v1` and, if given descriptors, reflection. Stopping ends streams at once
 * (UNAVAILABLE, SERVER_STOPPING: the caller resumes elsewhere), and gives other calls 3 s.
 */
export function makeServer({ listen, log, services, maxMessageBytes = 4 * 1024 * 1024, reflection, metrics }: ServerOptions): Part & { address(): string } {
  const server = new Server({ "grpc.max_receive_message_length": maxMessageBytes, ...keepalive });
  const stopping = { streams: new AbortController(), calls: new AbortController() };
  const context: Context = { log, meter: metrics ? meterCalls(metrics) : () => undefined, stopping: { streams: stopping.streams.signal, calls: stopping.calls.signal } };
  for (const service of services) server.addService(bytesOnly(service), implement(service, context));
  const names = services.map(({ name }) => name);
  const health = addHealth(server, names);
  if (reflection) addReflection(server, names, reflection);
  let address = spellAddress(listen);

  return {
    name: "grpc",
    address: () => address,
    start: async () => {
      address = spellAddress({ host: listen.host, port: await bind(server, listen) });
      health.set(true);
      log.info({ part: "grpc", address }, "listening");
    },
    stop: async () => {
      health.set(false);
      stopping.streams.abort();
      const patience = [setTimeout(() => stopping.calls.abort(), graceMs), setTimeout(() => server.forceShutdown(), graceMs + 500)];
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      patience.forEach(clearTimeout);
      server.forceShutdown();
    },
  };
}

interface Context {
  readonly log: Log;
  readonly meter: CallMeter;
  readonly stopping: { readonly streams: AbortSignal; readonly calls: AbortSignal };
}

/**
 * grpc-js is given bytes to carry: reading and writing messages happens where a failure of either can be told properly, and
 * where the size of what is sent is known.
 */
function bytesOnly({ methods }: Service): ServiceDefinition {
  const asIs = (bytes: Buffer) => bytes;
  return Object.fromEntries(
    methods.map(({ name, definition }) => [name, { ...definition, requestSerialize: asIs, requestDeserialize: asIs, responseSerialize: asIs, responseDeserialize: asIs }]),
  );
}

function implement({ methods }: Service, context: Context): UntypedServiceImplementation {
  return Object.fromEntries(
    methods.map(({ name, definition, handle }) => [name, definition.responseStream ? streamed(definition, handle, context) : unary(definition, handle, context)]),
  );
}

function unary(definition: AnyMethod, handle: AnyHandler, context: Context) {
  return (raw: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => {
    const call = openCall(raw, context.stopping.calls);
    void answering(definition.path, call, context, async () => {
      const response = await handle(parse(definition, raw.request), call);
      answer(null, definition.responseSerialize(response));
    }).then((failed) => failed && answer(failed));
  };
}

function streamed(definition: AnyMethod, handle: AnyHandler, context: Context) {
  return (raw: ServerWritableStream<Buffer, Buffer>) => {
    const call = openCall(raw, context.stopping.streams);
    void answering(definition.path, call, context, async () => {
      const responses = handle(parse(definition, raw.request), call) as AsyncIterable<unknown>;
      await pump(responses, definition.responseSerialize, raw, call.signal);
      raw.end();
    }).then((failed) => failed && raw.emit("error", failed));
  };
}

/** Runs the body of a call; the status to send if it failed and somebody still waits for it. */
async function answering(method: string, call: OpenCall, { log, meter }: Context, body: () => Promise<void>) {
  const startedMs = performance.now();
  const end = (code: number) => meter(method, code, performance.now() - startedMs);
  try {
    await body();
    end(codes.OK);
    return undefined;
  } catch (error) {
    const left = call.signal.aborted && error === call.signal.reason;
    const status = toStatus(left ? call.signal.reason : disclose(error, log.child({ method })));
    end(status.code);
    return status;
  } finally {
    call.close();
  }
}

function parse(definition: AnyMethod, bytes: Buffer): unknown {
  try {
    return definition.requestDeserialize(bytes);
  } catch (cause) {
    throw new Failure("invalid", "the request is not a message of its type", { reason: "MALFORMED_MESSAGE", cause });
  }
}

function bind(server: Server, listen: ListenAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(spellAddress(listen), ServerCredentials.createInsecure(), (cause, port) => {
      if (cause) reject(new Failure("unavailable", `cannot listen on ${spellAddress(listen)}`, { reason: "LISTEN_FAILED", cause }));
      else resolve(port);
    });
  });
}
