import { Failure } from "@troupe/domain/failure";
import { connect, type ConnectionOptions, DiscardPolicy, ErrorCode, Events, headers, type JetStreamClient, type JetStreamManager, type NatsConnection, NatsError, RetentionPolicy, StorageType, type Subscription as NatsSubscription } from "nats";
import { delayMs } from "./backoff.ts";
import type { Bus, PublishedEvent, StreamSettings, StreamState, Subscription } from "./bus.ts";
import type { Log } from "./log.ts";
import { wait } from "./wait.ts";

export interface BusOptions {
  readonly url: string;
  /** As the server's monitoring shows it. */
  readonly name: string;
  readonly log: Log;
}

/** Returns at once and connects in the background, for as long as it takes. */
export function connectBus(options: BusOptions): Bus {
  return new NatsBus(options);
}

const publishTimeoutMs = 3_000;
const nanosPerMs = 1_000_000;
/** A server that takes longer for a ping is as good as away. */
const flushMs = 2_000;

/** The only importer of the client, written in what its successor shares. Features of nats-server 2.9 and up. */
class NatsBus implements Bus {
  readonly #options: BusOptions;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  readonly #onConnect = new Set<() => void>();
  /** Made on each connection; over reconnects the client keeps them. */
  readonly #subscriptions = new Set<(connection: NatsConnection) => void>();
  #connection: NatsConnection | undefined;
  #isUp = false;

  constructor(options: BusOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  async ensureStream(settings: StreamSettings): Promise<void> {
    const config = {
      name: settings.name,
      subjects: [...settings.subjects],
      max_age: settings.maxAgeMs * nanosPerMs,
      duplicate_window: settings.duplicateWindowMs * nanosPerMs,
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
    };
    const streams = (await this.#manager()).streams;
    const { config: echoed } = await translated(settings.name, async () => ((await exists(streams, settings.name)) ? streams.update(settings.name, config) : streams.add(config)));
    // Settings newer than the server are ignored without a word.
    const ignored = Object.entries(config).filter(([key, value]) => JSON.stringify(echoed[key as "name"]) !== JSON.stringify(value));
    if (ignored.length > 0) throw new Failure("conflict", `the server made the stream ${settings.name} with another ${ignored.map(([key]) => key).join(", ")}`);
  }

  async streamState(name: string): Promise<StreamState | undefined> {
    const { streams } = await this.#manager();
    try {
      const { state, created } = await streams.info(name);
      return { messages: state.messages, firstSequence: state.first_seq, lastSequence: state.last_seq, createdAt: String(created) };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw unavailable(`the stream ${name} cannot be asked`, error);
    }
  }

  async publishEvent({ subject, id, headers: fields = {}, body }: PublishedEvent): Promise<{ sequence: number; duplicate: boolean }> {
    const jetstream = this.#jetstream();
    const head = headers();
    for (const [name, value] of Object.entries(fields)) head.set(name, value);
    return translated(`an event on ${subject}`, async () => {
      const { seq, duplicate } = await jetstream.publish(subject, body, { msgID: id, headers: head, timeout: publishTimeoutMs });
      return { sequence: seq, duplicate };
    });
  }

  publish(subject: string, body: Uint8Array): boolean {
    if (!this.#isUp || this.#connection === undefined) return false;
    try {
      this.#connection.publish(subject, body);
      return true;
    } catch (error) {
      // Whoever publishes has done what it is about already: it goes on.
      this.#options.log.warn({ error, subject, bytes: body.length }, "a message was dropped");
      return false;
    }
  }

  subscribe(subject: string, handler: (body: Uint8Array, subject: string) => void, { queue }: { readonly queue?: string } = {}): Subscription {
    return this.#whenConnected((connection) =>
      connection.subscribe(subject, {
        ...(queue !== undefined && { queue }),
        callback: (error, message) => {
          if (error === null) handler(message.data, message.subject);
        },
      }),
    );
  }

  async subscribed(): Promise<void> {
    if (!this.#isUp) return;
    const flushed = this.#connection?.flush().catch(() => undefined);
    await Promise.race([flushed, wait(flushMs, this.#closing.signal).catch(() => undefined)]);
  }

  async request(subject: string, body: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    if (!this.#isUp || this.#connection === undefined) throw new Failure("unavailable", "NATS is not connected");
    const connection = this.#connection;
    return translated(`a request on ${subject}`, async () => (await connection.request(subject, body, { timeout: timeoutMs })).data);
  }

  answer(subject: string, queue: string, handler: (body: Uint8Array) => Promise<Uint8Array>): Subscription {
    const { log } = this.#options;
    return this.#whenConnected((connection) =>
      connection.subscribe(subject, {
        queue,
        callback: (error, message) => {
          if (error !== null) return;
          handler(message.data)
            .then((answer) => message.respond(answer))
            .catch((failure: unknown) => log.warn({ error: failure, subject }, "a request was left unanswered"));
        },
      }),
    );
  }

  onConnect(callback: () => void): Subscription {
    this.#onConnect.add(callback);
    return { stop: () => void this.#onConnect.delete(callback) };
  }

  connected(): boolean {
    return this.#isUp;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#isUp = false;
    // What is not flushed by now only made things fast.
    await this.#connection?.close();
    await this.#running;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Connects; from then on the client reconnects by itself. Where it gives that up, we begin anew, until we are closed. */
  async #run(): Promise<void> {
    const { url, log } = this.#options;
    for (let attempt = 0; !this.#closing.signal.aborted; attempt += 1) {
      try {
        await this.#follow(await connect(this.#settings()));
        attempt = -1;
      } catch (error) {
        if (attempt === 0) log.warn({ error, url: withoutPassword(url) }, "NATS cannot be reached yet");
        await wait(delayMs(attempt, Math.random, { firstMs: 200, mostMs: 2_000 }), this.#closing.signal).catch(() => undefined);
      }
    }
  }

  #settings(): ConnectionOptions {
    const { url, name } = this.#options;
    // A server whose users are being changed may refuse us twice and take us after that.
    const patience = { maxReconnectAttempts: -1, reconnectTimeWait: 250, reconnectJitter: 250, ignoreAuthErrorAbort: true };
    return { servers: url, name, ...patience, pingInterval: 10_000, maxPingOut: 2, timeout: 2_000 };
  }

  /** As long as the connection lives, its reconnects included. */
  async #follow(connection: NatsConnection): Promise<void> {
    if (this.#closing.signal.aborted) return connection.close();
    this.#connection = connection;
    for (const subscribe of this.#subscriptions) subscribe(connection);
    void this.#up(connection);
    void this.#listen(connection);
    await connection.closed();
    this.#connection = undefined;
    if (this.#isUp) this.#down();
  }

  async #listen(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === Events.Disconnect) this.#down();
      else if (type === Events.Reconnect) void this.#up(connection);
    }
  }

  async #up(connection: NatsConnection): Promise<void> {
    // Where this does not come through, the connection is lost again, and its next begin tells.
    const isReached = await connection.flush().then(() => true, () => false);
    if (!isReached || this.#closing.signal.aborted) return;
    this.#isUp = true;
    this.#options.log.info({ server: connection.getServer() }, "NATS is connected");
    for (const callback of this.#onConnect) callback();
  }

  #down(): void {
    this.#isUp = false;
    if (!this.#closing.signal.aborted) this.#options.log.warn({}, "NATS is away");
  }

  #whenConnected(subscribe: (connection: NatsConnection) => NatsSubscription): Subscription {
    let subscription: NatsSubscription | undefined;
    const begin = (connection: NatsConnection): void => {
      subscription = subscribe(connection);
    };
    this.#subscriptions.add(begin);
    if (this.#connection && !this.#connection.isClosed()) begin(this.#connection);
    return {
      stop: () => {
        this.#subscriptions.delete(begin);
        subscription?.unsubscribe();
      },
    };
  }

  #jetstream(): JetStreamClient {
    if (!this.#isUp || this.#connection === undefined) throw new Failure("unavailable", "NATS is not connected");
    return this.#connection.jetstream({ timeout: publishTimeoutMs });
  }

  async #manager(): Promise<JetStreamManager> {
    if (!this.#isUp || this.#connection === undefined) throw new Failure("unavailable", "NATS is not connected");
    const connection = this.#connection;
    return translated("JetStream", () => connection.jetstreamManager({ timeout: publishTimeoutMs }));
  }
}

async function exists(streams: JetStreamManager["streams"], name: string): Promise<boolean> {
  try {
    await streams.info(name);
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

async function translated<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (isTooLarge(error)) throw new Failure("exhausted", `${what} is larger than NATS takes`, { cause: error });
    throw error instanceof Failure ? error : unavailable(`${what}: NATS does not do it now`, error);
  }
}

function unavailable(message: string, cause: unknown): Failure {
  return new Failure("unavailable", message, { cause });
}

function isNotFound(error: unknown): boolean {
  return error instanceof NatsError && error.api_error?.code === 404;
}

/** For the connection, or for the stream (JetStream's error 10054). */
function isTooLarge(error: unknown): boolean {
  return error instanceof NatsError && (error.code === ErrorCode.MaxPayloadExceeded || error.api_error?.err_code === 10_054);
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, "//");
}
