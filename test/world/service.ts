import { join } from "node:path";
import { exitInWords, hostEnvironment, type Part, startPart } from "@troupe/deploy/local/part";
import { eventually } from "./eventually.ts";

const root = join(import.meta.dirname, "../..");

export interface ServiceOptions {
  readonly name: "control" | "gateway" | "reconciler";
  /** Several replicas of one service have log files of their own. */
  readonly replica?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFolder: string;
  /** `http://host:port`; `/readyz` below it says when it is up. */
  readonly health: string;
}

/** One of our three services as a child process, as `npm start` runs it, that a test can kill and bring back. */
export class Service {
  readonly name: string;
  readonly logFile: string;
  readonly #options: ServiceOptions;
  #part: Part | undefined;

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.name = options.replica ? `${options.name}-${options.replica}` : options.name;
    this.logFile = join(options.logFolder, `${this.name}.log`);
  }

  get pid(): number | undefined {
    return this.#part?.pid;
  }

  /** Resolves once it says that it is ready. */
  async start(): Promise<void> {
    await this.launch();
    await this.ready();
  }

  /** Starts it without waiting: what it needs may be away. */
  async launch(): Promise<void> {
    const { name, env } = this.#options;
    this.#part = await startPart({
      name: this.name,
      command: join(root, "node_modules/.bin/node"),
      args: [join(root, `services/${name}/src/main.ts`)],
      env: { ...hostEnvironment(), TROUPE_LOG_LEVEL: "info", ...env },
      logFile: this.logFile,
    });
    // Seen from a test a crash is a call that nobody answers: the log says why.
    void this.#part.exited.then((exit) => {
      if (!exit.asked) console.error(exitInWords(exit));
    });
  }

  async ready(): Promise<void> {
    const died = this.#part?.exited.then((exit) => {
      if (!exit.asked) throw new Error(exitInWords(exit));
    });
    const up = eventually(`${this.name} is ready`, async () => (await fetch(`${this.#options.health}/readyz`).catch(() => undefined))?.ok === true);
    await Promise.race([up, died?.then(() => up)]);
  }

  /** As a crash. */
  async kill(): Promise<void> {
    await this.#part?.kill();
    this.#part = undefined;
  }

  async stop(): Promise<void> {
    await this.#part?.stop();
    this.#part = undefined;
  }
}
