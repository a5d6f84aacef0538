import { Failure } from "@troupe/domain/failure";
import type { ByteSink, Terminal } from "../terminal.ts";
import type { Channels, Kube } from "./kube.ts";
import { notReached } from "./not-reached.ts";
import { noContainer, notRunning, type Pod } from "./pod.ts";

/** A command to run in a container. */
export interface Execution {
  readonly container: string;
  readonly command: readonly string[];
  /** What is typed or piped is given to it. */
  readonly stdin: boolean;
  /** It has a terminal of its own there, of the size of this one; the input is one then. */
  readonly tty: boolean;
}

/** Numbers of the channels, as Kubernetes' remote command protocol has them. */
const channel = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4, close: 255 } as const;

/** Runs it to its end, and resolves with its exit code. */
export async function execute(kube: Kube, pod: Pod, execution: Execution, terminal: Terminal): Promise<number> {
  const { signal } = terminal;
  const wrong = noContainer(pod, execution.container) ?? notRunning(pod, execution.container);
  if (wrong) throw wrong;
  const channels = await kube.connect(pathOf(pod, execution), protocolsFor(execution), signal).catch((error: unknown) => {
    throw error instanceof Failure ? notReached(error, pod, "nothing can be run") : error;
  });
  const ended = new AbortController();
  const leaveRaw = execution.tty && execution.stdin ? terminal.input.raw() : () => undefined;
  try {
    if (execution.tty) followSize(channels, terminal, ended.signal);
    // Input that cannot be given any more has nobody to miss it: what the command answers counts.
    if (execution.stdin) giveInput(channels, terminal, ended.signal).catch(() => undefined);
    const status = await takeOutput(channels, terminal.out, terminal.err);
    signal.throwIfAborted();
    return exitCodeIn(status);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error instanceof Failure ? notReached(error, pod, "nothing can be run") : error;
  } finally {
    leaveRaw();
    ended.abort();
    channels.messages.destroy();
  }
}

function pathOf({ metadata: { namespace, name } }: Pod, { container, command, stdin, tty }: Execution): string {
  const flags = Object.entries({ stdin, stdout: true, stderr: !tty, tty }).map(([flag, value]): [string, string] => [flag, String(value)]);
  const query = new URLSearchParams([["container", container], ...flags, ...command.map((word): [string, string] => ["command", word])]);
  return `/api/v1/namespaces/${namespace}/pods/${name}/exec?${query.toString()}`;
}

/** Only the newest can tell a command that its input is at its end. */
function protocolsFor({ stdin, tty }: Execution): readonly string[] {
  return stdin && !tty ? ["v5.channel.k8s.io"] : ["v5.channel.k8s.io", "v4.channel.k8s.io"];
}

async function takeOutput({ messages }: Channels, out: ByteSink, err: ByteSink): Promise<string> {
  let status = "";
  for await (const message of messages as AsyncIterable<Buffer>) {
    const bytes = message.subarray(1);
    if (message[0] === channel.stdout) await out.writeBytes(bytes);
    if (message[0] === channel.stderr) await err.writeBytes(bytes);
    if (message[0] === channel.status) status += bytes.toString("utf8");
  }
  return status;
}

async function giveInput(channels: Channels, { input }: Terminal, until: AbortSignal): Promise<void> {
  for await (const chunk of input.chunks(until)) await send(channels, channel.stdin, chunk);
  if (!until.aborted) await send(channels, channel.close, Uint8Array.of(channel.stdin));
}

function followSize(channels: Channels, { out, onResize }: Terminal, until: AbortSignal): void {
  const tell = () => void send(channels, channel.resize, Buffer.from(JSON.stringify({ Width: out.columns(), Height: out.rows() }))).catch(() => undefined);
  onResize(tell, until);
  tell();
}

/** Resolves once it is on its way, so that no more is read than can be sent. */
function send({ messages }: Channels, number: number, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => messages.write(Buffer.concat([Uint8Array.of(number), bytes]), (error) => (error ? reject(error) : resolve())));
}

interface StatusBody {
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
}

/** Of the `v1.Status` that ends a command. Throws where none was run. */
export function exitCodeIn(text: string): number {
  if (text === "") throw new Failure("unavailable", "the connection to Kubernetes ended before the command did: how it ended is not known");
  const { status, reason, message = "", details = {} } = JSON.parse(text) as StatusBody;
  if (status === "Success") return 0;
  const code = reason === "NonZeroExitCode" ? details.causes?.find((cause) => cause.reason === "ExitCode")?.message : undefined;
  if (code !== undefined) return Number(code);
  throw new Failure("internal", `the command was not run: ${message.replace(/^(?:Internal error occurred: )+/, "")}`, { facts: { reason: reason ?? "" } });
}
