import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { addAbortSignal } from "node:stream";
import { Failure } from "@troupe/domain/failure";
import type { App } from "@troupe/domain/language/app";
import type { Cluster } from "@troupe/proto/troupe/v1/cluster";
import { read } from "../calls.ts";
import { chooseMembers, noMembers, placeOf } from "../members.ts";
import { addressOf, type Door, doorWord } from "../ports.ts";
import { padEnd, widthOf } from "../print/width.ts";
import { isMachineReadable, note, printNext, type Session } from "../session.ts";
import { findPod } from "./find-pod.ts";
import { forward, tryForward } from "./forward.ts";
import type { Kube } from "./kube.ts";
import { notReached } from "./not-reached.ts";
import type { Pod } from "./pod.ts";
import { placeOfToken, readSecret } from "./token.ts";

export interface Opening {
  readonly session: Session;
  readonly kube: Kube;
  /** Its full name: the cluster itself is asked for again whenever a member has to be found. */
  readonly cluster: string;
  readonly app: App;
}

/** Opens each and prints where, and serves them until Ctrl-C. Of several, one that cannot be opened is noted. Resolves with the addresses. */
export async function openDoors(opening: Opening, doors: readonly Door[], port: number | undefined): Promise<readonly string[]> {
  const { session } = opening;
  const width = Math.max(...doors.map((door) => widthOf(doorWord(door))));
  const addresses: string[] = [];
  const closed: Failure[] = [];
  for (const door of doors) {
    try {
      const { pod, localPort, address } = await openDoor(opening, door, port);
      addresses.push(address);
      if (isMachineReadable(session)) await printNext(session, { port: doorWord(door), pod, localPort, address });
      else session.terminal.out.write(`${padEnd(doorWord(door), width)}  ${address}\n`);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      closed.push(error);
    }
  }
  const [first] = closed;
  if (first && closed.length === doors.length) throw first;
  for (const failure of closed) note(session, failure.message);
  return addresses;
}

async function openDoor(opening: Opening, door: Door, port: number | undefined): Promise<{ readonly pod: string; readonly localPort: number; readonly address: string }> {
  const { session, kube } = opening;
  const { cluster, pod } = await podBehind(opening, door);
  await tryForward(kube, pod, door.port.port, session.terminal.signal).catch((error: unknown) => {
    throw error instanceof Failure ? notReached(error, pod, "nothing listens") : error;
  });
  const token = door.port.token ? await tokenOf(opening, door, cluster, pod) : undefined;
  const server = await listenFor(door, port);
  serve(opening, door, pod, server);
  const { port: localPort } = server.address() as AddressInfo;
  return { pod: pod.metadata.name, localPort, address: addressOf(door.port, localPort, token) };
}

/** Of the members whose port it is, one that is ready, if there is one. */
async function podBehind({ session, kube, cluster: name }: Opening, { of }: Door): Promise<{ readonly cluster: Cluster; readonly pod: Pod }> {
  const cluster = await read(session, (api, call) => api.clusters.get({ name }, call));
  const [member] = chooseMembers(cluster, [of]).toSorted((a, b) => Number(b.ready) - Number(a.ready));
  if (member === undefined) throw noMembers(cluster, [of]);
  return { cluster, pod: await findPod(kube, cluster, member, session.terminal.signal) };
}

/** Not having it is no reason not to open: the page asks for it. */
async function tokenOf({ session, kube, app }: Opening, door: Door, cluster: Cluster, pod: Pod): Promise<string | undefined> {
  const place = placeOfToken(app, door.role, cluster, pod);
  const { namespace } = placeOf(cluster);
  const where = place ? `it is in secret ${namespace}/${place.secret} under the key ${place.key}` : "the definition takes it from a secret that cannot be told from here";
  try {
    const token = place && (await readSecret(kube, namespace, place, session.terminal.signal));
    if (token === undefined) note(session, `${doorWord(door)} is opened with a token: ${where}`);
    return token;
  } catch (error) {
    if (!(error instanceof Failure) || error.kind === "unavailable") throw error;
    note(session, `${doorWord(door)} is opened with a token: ${where}, and ${error.message}`);
    return undefined;
  }
}

/** On the port that was asked for; else on one of the same number, if it is free, or any. */
async function listenFor({ port: { port: same } }: Door, port: number | undefined): Promise<Server> {
  if (port !== undefined) {
    return listen(port).catch((error: unknown) => {
      throw new Failure("conflict", `port ${port} cannot be opened on 127.0.0.1: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    });
  }
  return listen(same).catch(() => listen(0));
}

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** A connection that cannot be made is closed; the next one looks for the member anew, as its pod may have been made anew. */
function serve(opening: Opening, door: Door, first: Pod, server: Server): void {
  const { session, kube } = opening;
  const { signal } = session.terminal;
  let pod = first;
  let said = "";
  const tell = (message: string) => {
    if (message !== said && message !== "") note(session, `${doorWord(door)}: ${message}`);
    said = message;
  };
  const join = async (socket: Socket) => {
    try {
      return await forward(kube, pod, door.port.port, socket, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      ({ pod } = await podBehind(opening, door));
      return forward(kube, pod, door.port.port, socket, signal);
    }
  };
  server.on("connection", (socket) => {
    addAbortSignal(signal, socket).on("error", () => undefined);
    join(socket).then(tell, (error: unknown) => {
      socket.destroy();
      if (!signal.aborted) tell(error instanceof Error ? error.message : String(error));
    });
  });
  signal.addEventListener("abort", () => server.close(), { once: true });
}
