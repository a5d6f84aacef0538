import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { text } from "node:stream/consumers";

export interface KubeAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Raw calls of a Kubernetes API with a token: enough to set one up, and for tests to look at it from outside. */
export interface KubeApi {
  readonly request: (method: string, path: string, body?: unknown, contentType?: string) => Promise<KubeAnswer>;
  /** Makes it as it is given, whatever is there; the path names the object. */
  readonly apply: (path: string, object: object) => Promise<void>;
  close(): void;
}

export function makeKubeApi({ server, token, caFile }: { readonly server: string; readonly token: string; readonly caFile: string }): KubeApi {
  const agent = new Agent({ keepAlive: true });
  const call = (method: string, path: string, body?: unknown, contentType = "application/json") =>
    new Promise<KubeAnswer>((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, accept: "application/json", ...(body !== undefined && { "content-type": contentType }) };
      const sent = request(new URL(path, server), { method, headers, agent, ca: readFileSync(caFile), timeout: 30_000 }, (answer) => {
        text(answer).then((content) => resolve({ status: answer.statusCode ?? 0, body: parseBody(content) }), reject);
      });
      sent.on("error", reject);
      sent.on("timeout", () => sent.destroy(new Error(`no answer to ${method} ${path} for 30 s`)));
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  const apply = async (path: string, object: object) => {
    const { status, body } = await call("PATCH", `${path}?fieldManager=troupe-local&force=true`, object, "application/apply-patch+yaml");
    if (status >= 300) throw new Error(`Kubernetes refused ${path} with ${status}: ${JSON.stringify(body)}`);
  };
  return { request: call, apply, close: () => agent.destroy() };
}

/** Health is told as plain text. */
function parseBody(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return content;
  }
}
