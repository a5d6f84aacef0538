import {
  type CallOptions,
  type ChannelOptions,
  Client,
  type ClientReadableStream,
  type ClientUnaryCall,
  credentials,
  Metadata,
  type MethodDefinition,
  type ServiceDefinition,
} from "@grpc/grpc-js";
import { toFailure } from "./grpc-status.ts";

export interface CallerOptions {
  /** From now, in milliseconds; Infinity: none. Unary calls have 10 s unless given; streams have none. */
  readonly deadlineMs?: number;
  /** Cancels the call; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly metadata?: Readonly<Record<string, string>>;
}

type CallOf<M> = M extends {
  readonly requestStream: false;
  readonly responseStream: infer Streamed;
  readonly requestSerialize: (request: infer Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => infer Response;
}
  ? (request: Request, options?: CallerOptions) => Streamed extends true ? AsyncIterable<Response> : Promise<Response>
  : never;

/** A function for each method of a ts-proto service constant such as `ClusterServiceService`. */
export type Caller<D> = { readonly [Method in keyof D]: CallOf<D[Method]> };

/** A connection to one server, shared by the callers of all its services. It connects at the first call, and again by itself. */
export interface Channel {
  readonly client: Client;
  /** What failures call the server. */
  readonly peer: string;
  close(): void;
}

const defaultDeadlineMs = 10_000;

const channelOptions: ChannelOptions = {
  // A server that is gone without a word is noticed in 15 s, and one that is back is found within 2 s.
  "grpc.keepalive_time_ms": 10_000,
  "grpc.keepalive_timeout_ms": 5_000,
  "grpc.keepalive_permit_without_calls": 1,
  "grpc.initial_reconnect_backoff_ms": 200,
  "grpc.max_reconnect_backoff_ms": 2_000,
  // Retries belong to whoever knows what may be repeated.
  "grpc.enable_retries": 0,
  "grpc.service_config_disable_resolution": 1,
  "grpc.use_local_subchannel_pool": 1,
  "grpc.max_receive_message_length": 16 * 1024 * 1024,
  // A proxy that the environment names is for the web: it does not know loopback, nor where control is.
  "grpc.enable_http_proxy": 0,
};

/** @param peer what failures call the server, such as `control` */
export function openChannel(address: string, peer = "the server"): Channel {
  const client = new Client(address, credentials.createInsecure(), channelOptions);
  return { client, peer, close: () => client.close() };
}

/**
 * The methods of a service as functions: unary ones return a promise, streaming ones an AsyncIterable that calls when iteration
 * begins, reads from the connection only what is asked for (and up to 16 messages ahead), and cancels when it is left. All
 * reject with a Failure, or with the reason of the caller's own signal.
 */
export function callerOf<D extends ServiceDefinition>(definition: D, channel: Channel): Caller<D> {
  const methods = Object.entries<AnyMethod>(definition).map(([name, method]) => [
    name,
    method.responseStream
      ? (request: unknown, options: CallerOptions = {}) => callStream(channel, method, request, options)
      : (request: unknown, options: CallerOptions = {}) => callUnary(channel, method, request, options),
  ]);
  // The loop gives each method the function that its definition asks for, which TypeScript cannot follow.
  return Object.fromEntries(methods) as Caller<D>;
}

type AnyMethod = MethodDefinition<unknown, unknown>;

async function callUnary({ client, peer }: Channel, method: AnyMethod, request: unknown, options: CallerOptions): Promise<unknown> {
  options.signal?.throwIfAborted();
  const { metadata, callOptions } = wire({ deadlineMs: defaultDeadlineMs, ...options });
  return new Promise((resolve, reject) => {
    const call = client.makeUnaryRequest(method.path, method.requestSerialize, method.responseDeserialize, request, metadata, callOptions, (error, response) => {
      forget();
      if (error) reject(reasonOf(error, options.signal, peer));
      else resolve(response);
    });
    const forget = cancelOnAbort(call, options.signal);
  });
}

async function* callStream({ client, peer }: Channel, method: AnyMethod, request: unknown, options: CallerOptions): AsyncGenerator<unknown> {
  options.signal?.throwIfAborted();
  const { metadata, callOptions } = wire(options);
  const call = client.makeServerStreamRequest(method.path, method.requestSerialize, method.responseDeserialize, request, metadata, callOptions);
  call.on("error", ignore); // the loop below sees it too; without a listener it would end the process when nobody is reading
  const forget = cancelOnAbort(call, options.signal);
  try {
    yield* call;
  } catch (error) {
    throw reasonOf(error, options.signal, peer);
  } finally {
    forget();
    call.cancel();
  }
}

function ignore() {
  // nothing to do
}

function wire({ deadlineMs, metadata = {} }: CallerOptions): { metadata: Metadata; callOptions: CallOptions } {
  const sent = new Metadata();
  for (const [key, value] of Object.entries(metadata)) sent.set(key, value);
  return { metadata: sent, callOptions: deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs } };
}

function cancelOnAbort(call: ClientUnaryCall | ClientReadableStream<unknown>, signal: AbortSignal | undefined): () => void {
  const cancel = () => call.cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  return () => signal?.removeEventListener("abort", cancel);
}

function reasonOf(error: unknown, signal: AbortSignal | undefined, peer: string): unknown {
  return signal?.aborted ? signal.reason : toFailure(error, peer);
}
