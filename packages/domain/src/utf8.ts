/** How many bytes a text has where bytes are counted: in databases, NATS and Kubernetes. */
export function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
