import { once } from "node:events";
import { createServer } from "node:net";
import { isErrno } from "./errno.ts";

/** A port of 127.0.0.1 that is free now. The kernel gives each only once for a while, so that others do not get it meanwhile. */
export async function freePort(): Promise<number> {
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
