import type { Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import { Failure } from "@troupe/domain/failure";
import type { Kube } from "./kube.ts";
import type { Pod } from "./pod.ts";

/** Numbers of the channels of the first, and only, port. */
const channel = { data: 0, error: 1 } as const;

/** A node says at once that nothing listens; of a port that is open it says nothing. */
const refusalMs = 300;

/** Asks for a connection and leaves it: that it may be had is known then, before anybody waits for a page. */
export async function tryForward(kube: Kube, pod: Pod, port: number, signal: AbortSignal): Promise<void> {
  const messages = await connect(kube, pod, port, signal);
  const late = setTimeout(() => messages.destroy(), refusalMs);
  let wrong = "";
  try {
    for await (const { number, content } of contentsOf(messages)) if (number === channel.error) wrong += content.toString();
  } catch {
    // Nobody has said anything in time.
  }
  clearTimeout(late);
  if (wrong !== "") throw new Failure("unavailable", inWords(wrong, pod, port));
}

/**
 * Joins a connection here with one to a port of a pod, until either ends. Rejects where there is none to be had; resolves with what
 * went wrong behind it, or nothing.
 */
export async function forward(kube: Kube, pod: Pod, port: number, socket: Socket, signal: AbortSignal): Promise<string> {
  const messages = await connect(kube, pod, port, signal);
  let wrong = "";
  await Promise.allSettled([
    pipeline(
      socket,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) yield Buffer.concat([Uint8Array.of(channel.data), chunk]);
      },
      messages,
    ),
    pipeline(
      messages,
      async function* (received: AsyncIterable<Buffer>) {
        for await (const { number, content } of contentsOf(received)) {
          if (number === channel.error) wrong += content.toString();
          else yield content;
        }
      },
      socket,
    ),
  ]);
  return inWords(wrong, pod, port);
}

/** Of each message its channel and the rest. The first of a channel is the number of its port, which is known. */
async function* contentsOf(messages: AsyncIterable<Buffer>): AsyncGenerator<{ readonly number: number; readonly content: Buffer }> {
  const begun = new Set<number>();
  for await (const message of messages) {
    const [number = -1] = message;
    if (begun.has(number)) yield { number, content: message.subarray(1) };
    begun.add(number);
  }
}

/** What a runtime says names its own paths and ids, and at its end that the connection was refused. */
function inWords(wrong: string, { metadata: { name } }: Pod, port: number): string {
  return wrong.includes("connection refused") ? `nothing listens on port ${port} of pod ${name}` : wrong.trim();
}

async function connect(kube: Kube, { metadata: { namespace, name } }: Pod, port: number, signal: AbortSignal) {
  const { messages } = await kube.connect(`/api/v1/namespaces/${namespace}/pods/${name}/portforward?ports=${port}`, ["v4.channel.k8s.io"], signal);
  return messages;
}
