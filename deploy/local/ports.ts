import { once } from "node:events";
import { createServer } from "node:net";
import { isErrno } from "./errno.ts";

/** Of this process: the kernel may give a port again as soon as nobody listens on it any more. */
const given = new Set<number>();

/** A port of 127.0.0.1 that is free now, and that nobody else in this process was given. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await portOfTheKernel();
    if (given.has(port)) continue;
    given.add(port);
    return port;
  }
}

async function portOfTheKernel(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("a listening server has no port");
  return address.port;
}

export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer().listen({ port, host: "127.0.0.1", exclusive: true });
  try {
    await once(server, "listening");
  } catch (error) {
    if (isErrno(error, "EADDRINUSE") || isErrno(error, "EACCES")) return false;
    throw error;
  }
  server.close();
  await once(server, "close");
  return true;
}
