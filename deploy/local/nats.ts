import { mkdir, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import type { Say } from "./build-once.ts";
import { scratchFolder } from "./folders.ts";
import { type Exit, startPart } from "./part.ts";
import { freePort } from "./ports.ts";
import { natsProgram } from "./programs.ts";
import { type Server, startServer } from "./server.ts";
import { until } from "./until.ts";

export interface NatsOptions {
  /** Kept between starts. Without it: a scratch folder that `stop` removes. */
  readonly dataDir?: string;
  readonly port?: number;
  readonly say?: Say;
  readonly signal?: AbortSignal | undefined;
  readonly onDeath?: (exit: Exit) => void;
}

export interface Nats extends Server {
  readonly url: string;
  /** Loses everything it holds, as a broken disk would, and starts anew on the same port. */
  wipe(): Promise<void>;
}

/** A NATS server of our own on 127.0.0.1, with JetStream and its file store; 0.1 s. */
export async function startNats(options: NatsOptions = {}): Promise<Nats> {
  const { signal, dataDir, say = () => {} } = options;
  const port = options.port ?? (await freePort());
  const program = await natsProgram({ say, signal });
  const folder = dataDir ?? (await scratchFolder("nats"));
  const store = join(folder, "jetstream");
  const configFile = join(folder, "nats.conf");
  const logFile = join(folder, "nats.log");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(configFile, config(port, store));
  const server = await startServer({
    launch: () => startPart({ name: "nats", command: program, args: ["--config", configFile], cwd: folder, logFile }),
    ready: (_part, died) => greets(port, died),
    onDeath: options.onDeath,
    signal,
    logFile,
  });
  return {
    ...server,
    url: `nats://127.0.0.1:${port}`,
    wipe: async () => {
      await server.kill();
      await rm(store, { recursive: true, force: true });
      await server.start();
    },
    stop: async () => {
      await server.stop();
      if (dataDir === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Only what every server from 2.9 on knows. */
function config(port: number, store: string): string {
  return `server_name: troupe
host: 127.0.0.1
port: ${port}
jetstream {
  store_dir: ${JSON.stringify(store)}
}
`;
}

/** A server says hello to whoever connects, and in it whether JetStream is on. */
async function greets(port: number, signal: AbortSignal): Promise<void> {
  const isReady = async () => ((await greetingOf(port)).includes('"jetstream":true') ? true : undefined);
  await until(isReady, { what: "NATS to answer", timeoutMs: 60_000, signal });
}

async function greetingOf(port: number): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  try {
    let text = "";
    for await (const chunk of socket.setEncoding("utf8")) {
      text += String(chunk);
      if (text.includes("\n")) break;
    }
    return text;
  } catch {
    return ""; // not yet
  } finally {
    socket.destroy();
  }
}
