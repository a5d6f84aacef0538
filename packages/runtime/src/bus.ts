/**
 * NATS as Troupe uses it: a log of events that others read (JetStream), and messages that only make things fast (core).
 * Nothing that must be right depends on a message arriving.
 */
export interface Bus extends AsyncDisposable {
  /** Makes the stream, or brings it to these settings. Rejects with unavailable while there is no server. */
  ensureStream(settings: StreamSettings): Promise<void>;
  /** undefined: there is no such stream. Another `createdAt` than before: it was wiped. */
  streamState(name: string): Promise<StreamState | undefined>;
  /**
   * Resolves once the stream has it. unavailable, within 3 s: the outcome is unknown; try again with the same id. exhausted: it
   * is larger than the server takes, and will always be.
   */
  publishEvent(event: PublishedEvent): Promise<{ readonly sequence: number; readonly duplicate: boolean }>;
  /** false: dropped, for it is larger than the server takes, or there is no connection. Never throws. */
  publish(subject: string, body: Uint8Array): boolean;
  /** May be called while disconnected. With a queue, each message goes to one of its members. */
  subscribe(subject: string, handler: (body: Uint8Array, subject: string) => void, options?: { readonly queue?: string }): Subscription;
  /** unavailable: nobody answers, or not in time. */
  request(subject: string, body: Uint8Array, timeoutMs: number): Promise<Uint8Array>;
  /** A handler that rejects leaves the request unanswered: the asker's time-out says so. */
  answer(subject: string, queue: string, handler: (body: Uint8Array) => Promise<Uint8Array>): Subscription;
  /** Resolves once the server knows of every subscription made so far: from then on no message is missed. At once while it is away. */
  subscribed(): Promise<void>;
  /** At each connection, the first too, once the server knows of the subscriptions: messages may have been missed before. */
  onConnect(callback: () => void): Subscription;
  /** For health only. */
  connected(): boolean;
  /** Never hangs. */
  close(): Promise<void>;
}

export interface Subscription {
  stop(): void;
}

export interface StreamSettings {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly maxAgeMs: number;
  readonly duplicateWindowMs: number;
}

export interface StreamState {
  readonly messages: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** RFC 3339. */
  readonly createdAt: string;
}

export interface PublishedEvent {
  readonly subject: string;
  /** `Nats-Msg-Id`: the stream drops a second one within its window. */
  readonly id: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}
