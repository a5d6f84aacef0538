import type { Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import type { Kube } from "./kube.ts";
import type { Pod } from "./pod.ts";

/** Numbers of the channels of the first, and only, port. */
const channel = { data: 0, error: 1 } as const;

/** Asks for a connection and leaves it: that it may be had is known then, before anybody waits for a page. */
export async function tryForward(kube: Kube, pod: Pod, port: number, signal: AbortSignal): Promise<void> {
  (await connect(kube, pod, port, signal)).destroy();
}

/**
 * Joins a connection here with one to a port of a pod, until either ends. Rejects where there is none to be had; resolves with what
 * went wrong behind it, or nothing.
 */
export async function forward(kube: Kube, pod: Pod, port: number, socket: Socket, signal: AbortSignal): Promise<string> {
  const messages = await connect(kube, pod, port, signal);
  const told = new Set<number>();
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
        for await (const message of received) {
          const [number = -1] = message;
          // The first message of a channel is the number of its port.
          if (!told.has(number)) told.add(number);
          else if (number === channel.error) wrong += message.toString("utf8", 1);
          else yield message.subarray(1);
        }
      },
      socket,
    ),
  ]);
  return wrong.trim();
}

async function connect(kube: Kube, { metadata: { namespace, name } }: Pod, port: number, signal: AbortSignal) {
  const { messages } = await kube.connect(`/api/v1/namespaces/${namespace}/pods/${name}/portforward?ports=${port}`, ["v4.channel.k8s.io"], signal);
  return messages;
}
