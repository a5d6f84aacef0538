import { Failure, type FailureKind } from "@troupe/domain/failure";
import { advising } from "../advice.ts";

/** What the API server says when it does not do what it was asked: `v1.Status`. */
interface StatusBody {
  readonly message?: string;
  readonly reason?: string;
}

/** The failure for an answer that is none of what was asked for at a path; `context` is whose rights were used. */
export function failureOf(code: number, body: string, { context, path }: { readonly context: string; readonly path: string }): Failure {
  const { message = body.trim() || `Kubernetes answered ${code}`, reason = "" } = statusIn(body);
  const facts = { code: String(code), reason };
  if (code === 403) return denied(message, context, path, facts);
  if (code === 401) return advising("unauthenticated", `Kubernetes does not know you by the credentials of context "${context}"`, "log in there again; kubectl --context would be refused too", { facts });
  return new Failure(kindOf(code), message, { facts });
}

const refusal = /User "(?<user>[^"]*)" cannot (?<verb>\w+) resource "(?<resource>[^"]+)"(?: in API group "[^"]*")?(?: in the namespace "(?<namespace>[^"]+)")?/;
/** Of a connection to a pod Kubernetes asks for `create` beside `get`, and does not say so. */
const unsaid = /is forbidden: *$/;
const connection = /\/namespaces\/(?<namespace>[^/]+)\/pods\/[^/]+\/(?<what>exec|portforward)\b/;

/** Tells the right that is missing, where that can be told; an admission plugin's words are told as they are. */
function denied(message: string, context: string, path: string, facts: Readonly<Record<string, string>>): Failure {
  const { user = "", verb, resource, namespace } = refusal.exec(message)?.groups ?? rightOf(message, path) ?? {};
  if (verb === undefined) return new Failure("denied", message, { facts });
  const right = `${verb} ${resource}${namespace === undefined ? "" : ` in namespace ${namespace}`}`;
  return advising("denied", `${user || "you"}, by context "${context}", may not ${right}`, `ask whoever runs that Kubernetes for the right to ${right}, or name another context with --context`, { facts });
}

function rightOf(message: string, path: string): Readonly<Record<string, string>> | undefined {
  const { namespace = "", what } = (unsaid.test(message) && connection.exec(path)?.groups) || {};
  return what === undefined ? undefined : { verb: "create", resource: `pods/${what}`, namespace };
}

/** The failure for a request that got no answer. */
export function unreachable(error: unknown, server: string, context: string): Failure {
  return advising("unavailable", `Kubernetes at ${server} does not answer: ${wordsOf(error)}`, `it is the one of context "${context}": start it, or name another with --context or --kubeconfig`, { cause: error });
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A name of several addresses fails once for each.
  if (error instanceof AggregateError && error.errors.length > 0) return wordsOf(error.errors[0]);
  return error.message || ("code" in error ? String(error.code) : error.name);
}

function kindOf(code: number): FailureKind {
  if (code === 404) return "not_found";
  if (code === 409) return "conflict";
  return code === 429 || code >= 500 ? "unavailable" : "invalid";
}

/** Answers of proxies in between are no Status. */
function statusIn(body: string): StatusBody {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
