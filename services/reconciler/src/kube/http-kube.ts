import type { JsonObject } from "@troupe/domain/json";
import { Failure } from "@troupe/domain/failure";
import { fieldManager } from "@troupe/domain/render/identity";
import type { KubeObject } from "@troupe/domain/render/manifest";
import type { Dispatcher } from "undici";
import { openDispatcher, type Access, type Connection, type Credentials } from "./credentials.ts";
import { failureOf, unreachable } from "./failures.ts";
import { isKindName, kinds, type KindName } from "./kinds.ts";
import type { Kube, ListPage, ObjectKey, Preconditions, WatchEvent } from "./kube.ts";
import { collectionPath, pathOf } from "./paths.ts";
import { readWatch } from "./watch-stream.ts";

export type Verb = "list" | "watch" | "create" | "apply" | "patch" | "delete";

export interface HttpKubeOptions {
  readonly credentials: Credentials;
  /** Requests at the API server at once; more wait in line. Watches have sockets of their own. */
  readonly mostInFlight?: number;
  readonly pageSize?: number;
  /** The server ends a watch after this, and it is opened again. */
  readonly watchSeconds?: number;
  /** Called before each request; for metrics and budgets. */
  readonly onRequest?: (verb: Verb, kind: KindName) => void;
}

const requestTimeoutMs = 30_000;

/** The real thing: raw JSON over keep-alive connections. The client library gives the credentials, and no more. */
export class HttpKube implements Kube {
  readonly #options: HttpKubeOptions;
  #sockets: Sockets | undefined;

  constructor(options: HttpKubeOptions) {
    this.#options = options;
  }

  async list(kind: KindName, continueAt: string | undefined, signal: AbortSignal): Promise<ListPage> {
    const query = { limit: String(this.#options.pageSize ?? 500), ...(continueAt === undefined ? {} : { continue: continueAt }) };
    const page = await this.#send({ verb: "list", kind, method: "GET", path: collectionPath(kind, query), accept: acceptOf(kind, "List"), signal });
    const { resourceVersion, continue: next } = page["metadata"] as { resourceVersion: string; continue?: string };
    const items = (page["items"] ?? []) as JsonObject[];
    for (const item of items) dropManagedFields(item);
    return { items, resourceVersion, continueAt: next === undefined || next === "" ? undefined : next };
  }

  async *watch(kind: KindName, resourceVersion: string, signal: AbortSignal): AsyncGenerator<readonly WatchEvent[]> {
    const seconds = this.#options.watchSeconds ?? 3_600;
    const query = { watch: "true", allowWatchBookmarks: "true", timeoutSeconds: String(seconds), resourceVersion };
    const what = `watch of ${kinds[kind].plural}`;
    const access = await this.#options.credentials.access();
    this.#options.onRequest?.("watch", kind);
    const response = await this.#socketsFor(access)
      .watches.request({
        method: "GET",
        origin: access.origin,
        path: access.prefix + collectionPath(kind, query),
        headers: { ...access.headers, accept: acceptOf(kind, "") },
        headersTimeout: requestTimeoutMs,
        // Silence is normal; a peer that died is found by TCP keep-alive, a server that hangs by this.
        bodyTimeout: (seconds + 60) * 1_000,
        signal,
      })
      .catch((error: unknown) => this.#throwFor(what, error, signal));
    if (response.statusCode !== 200) throw this.#refusal(response.statusCode, await response.body.text());
    try {
      yield [];
      yield* readWatch(response.body);
    } catch (error) {
      this.#throwFor(what, error, signal);
    }
  }

  create(object: KubeObject): Promise<JsonObject> {
    const { kind, namespace } = keyOfObject(object);
    return this.#send({ verb: "create", kind, method: "POST", path: `${pathOf({ kind, namespace })}?fieldManager=${fieldManager}`, body: object, contentType: "application/json" });
  }

  apply(object: KubeObject): Promise<JsonObject> {
    const key = keyOfObject(object);
    const path = `${pathOf(key)}?fieldManager=${fieldManager}&force=true`;
    return this.#send({ verb: "apply", kind: key.kind, method: "PATCH", path, body: object, contentType: "application/apply-patch+yaml" });
  }

  patch(key: ObjectKey, patch: JsonObject): Promise<JsonObject> {
    const path = `${pathOf(key)}?fieldManager=${fieldManager}`;
    return this.#send({ verb: "patch", kind: key.kind, method: "PATCH", path, body: patch, contentType: "application/merge-patch+json" });
  }

  remove(key: ObjectKey, only: Preconditions): Promise<JsonObject> {
    const body = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: "Background", preconditions: only };
    return this.#send({ verb: "delete", kind: key.kind, method: "DELETE", path: pathOf(key), body, contentType: "application/json" });
  }

  /** Ends every request and watch at once. */
  async close(): Promise<void> {
    const sockets = this.#sockets;
    this.#sockets = undefined;
    await Promise.all([sockets?.requests.destroy(), sockets?.watches.destroy()]);
  }

  async #send({ verb, kind, method, path, body, contentType, accept = "application/json", signal }: Send): Promise<JsonObject> {
    const access = await this.#options.credentials.access();
    const what = `${verb} ${kinds[kind].plural}`;
    this.#options.onRequest?.(verb, kind);
    const headers: Record<string, string> = { ...access.headers, accept };
    if (contentType !== undefined) headers["content-type"] = contentType;
    const { statusCode, text } = await this.#socketsFor(access)
      .requests.request({
        method,
        origin: access.origin,
        path: access.prefix + path,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        headersTimeout: requestTimeoutMs,
        bodyTimeout: requestTimeoutMs,
        ...(signal === undefined ? {} : { signal }),
      })
      .then(async (response) => ({ statusCode: response.statusCode, text: await response.body.text() }))
      .catch((error: unknown) => this.#throwFor(what, error, signal));
    if (statusCode < 200 || statusCode > 299) throw this.#refusal(statusCode, text);
    return dropManagedFields(parseJson(text) as JsonObject);
  }

  #refusal(statusCode: number, text: string): Failure {
    if (statusCode === 401) this.#options.credentials.refused();
    return failureOf(statusCode, parseJson(text));
  }

  #throwFor(what: string, error: unknown, signal: AbortSignal | undefined): never {
    if (signal?.aborted) throw signal.reason;
    throw error instanceof Failure ? error : unreachable(what, error);
  }

  #socketsFor({ connection }: Access): Sockets {
    if (this.#sockets?.connection === connection) return this.#sockets;
    const old = this.#sockets;
    const requests = openDispatcher(connection, { connections: this.#options.mostInFlight ?? 32, keepAliveTimeout: 60_000 });
    const watches = openDispatcher(connection, { keepAliveTimeout: 1_000 });
    this.#sockets = { connection, requests, watches };
    // Waits for what is under way: watches go on with the old credentials until the server ends them.
    void Promise.allSettled([old?.requests.close(), old?.watches.close()]);
    return this.#sockets;
  }
}

interface Sockets {
  readonly connection: Connection;
  readonly requests: Dispatcher;
  readonly watches: Dispatcher;
}

interface Send {
  readonly verb: Verb;
  readonly kind: KindName;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

export function keyOfObject(object: KubeObject): ObjectKey {
  const { kind, metadata } = object;
  if (!isKindName(kind)) throw new Failure("internal", `${kind} ${metadata.name} is of no kind that the reconciler writes`);
  return { kind, namespace: kinds[kind].namespaced ? metadata.namespace : "", name: metadata.name };
}

function acceptOf(kind: KindName, list: "List" | ""): string {
  return kinds[kind].metadataOnly ? `application/json;as=PartialObjectMetadata${list};g=meta.k8s.io;v=v1` : "application/json";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Half of a pod's bytes, and nothing that anyone here asks. */
function dropManagedFields(object: JsonObject): JsonObject {
  const metadata = object["metadata"] as { managedFields?: unknown } | undefined;
  if (metadata) delete metadata.managedFields;
  return object;
}
