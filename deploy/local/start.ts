import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { stateFolders } from "./folders.ts";
import { startKubernetes } from "./kubernetes.ts";
import { tryLock } from "./lock-file.ts";
import { startNats } from "./nats.ts";
import { startNodes } from "./nodes.ts";
import { type Exit, exitInWords } from "./part.ts";
import { isPortFree } from "./ports.ts";
import { startPostgres } from "./postgres.ts";
import { keepService, type Surroundings } from "./services.ts";
import { help, type Ports, portSettings, readSettings, type Settings } from "./settings.ts";
import { readyTarget } from "./target.ts";

/** `npm start`: everything, in order, and back down in reverse. */
const root = join(import.meta.dirname, "../..");
const startedMs = performance.now();
/** Exit code of the command when what is asked does not fit what is there: no reason to give up. */
const conflict = 5;

await main().catch((error: unknown) => {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2), process.env, root);
  if (settings === undefined) return console.log(help);
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => (stop.signal.aborted ? process.exit(1) : stop.abort(new Error("interrupted"))));
  await using started = new AsyncDisposableStack();
  try {
    await bringUp(settings, started, stop);
    console.log("\nCtrl-C stops everything; the next start finds its data.");
    await aborted(stop.signal);
  } catch (error) {
    if (!stop.signal.aborted || !isInterrupt(stop.signal.reason)) throw stop.signal.aborted ? stop.signal.reason : error;
  }
  console.log("\nstopping …");
  await started.disposeAsync();
  console.log("stopped");
}

async function bringUp(settings: Settings, started: AsyncDisposableStack, stop: AbortController): Promise<void> {
  const { state, postgres } = await stateFolders(settings.state);
  const lock = await tryLock(join(state, "running"));
  if ("heldBy" in lock) throw new Error(`Troupe runs already on the data in ${state}, as process ${lock.heldBy}`);
  started.defer(() => lock.release());
  await refuseBusyPorts(settings);
  const surroundings = await bringUpParts(settings, { state, postgres }, started, stop);
  for (const name of ["control", "reconciler", "gateway"] as const) {
    const service = await step(name, () => keepService(name, surroundings, say, stop.signal));
    started.defer(() => service.stop());
  }
  await deploy(settings, stop.signal);
  await welcome(settings, surroundings);
}

/** What the services need, all at once: none of it needs another but the nodes. */
async function bringUpParts(settings: Settings, folders: { readonly state: string; readonly postgres: string }, started: AsyncDisposableStack, stop: AbortController): Promise<Surroundings> {
  const { ports } = settings;
  const common = { say, signal: stop.signal, onDeath: (exit: Exit) => stop.abort(new Error(`${exitInWords(exit)}\nWithout it nothing works, so everything is stopped.`)) };
  const own = <T extends { stop(): Promise<void> }>(server: T): T => {
    started.defer(() => server.stop());
    return server;
  };
  const [database, nats, target] = await Promise.all([
    settings.databaseUrl ?? step("postgres", async () => own(await startPostgres({ ...common, dataDir: folders.postgres, port: ports.postgres })).url),
    settings.natsUrl ?? step("nats", async () => own(await startNats({ ...common, dataDir: join(folders.state, "nats"), port: ports.nats })).url),
    settings.kubernetes ?? step("kubernetes", () => bringUpKubernetes(settings, folders.state)),
  ]);
  await readyTarget(target.kubeconfig, target.context);
  return { databaseUrl: database, natsUrl: nats, kubeconfig: target.kubeconfig, context: target.context, ports, logFolder: join(folders.state, "logs") };

  async function bringUpKubernetes({ assets }: Settings, state: string) {
    const kubernetes = own(await startKubernetes({ ...common, dataDir: join(state, "kubernetes"), port: ports.kubernetes, assets }));
    own(await startNodes({ ...common, kubernetes, dataDir: join(state, "nodes") }));
    return { kubeconfig: kubernetes.kubeconfigPath, context: kubernetes.context };
  }
}

/** Publishes the catalogue and applies the example, by the command that a person would use. */
async function deploy({ ports, example }: Settings, signal: AbortSignal): Promise<void> {
  const catalogue = join(root, "deploy/catalog");
  const apps = (await readdir(catalogue)).sort();
  console.log("\n$ troupe apply -f deploy/catalog/…/app.yaml");
  const files = apps.map((app) => ["-f", join(catalogue, app, "app.yaml")]);
  if ((await troupe(ports, ["apply", ...files.flat()], signal)) === conflict) {
    // A build never changes: the data of an earlier start has it as it was then.
    for (const file of files) await troupe(ports, ["apply", ...file], signal);
    console.log("\nWhat was published before stays as it was: a changed definition needs another spec.build, or other data (TROUPE_STATE).");
  }
  if (!example) return;
  const { cluster } = await readExample();
  console.log(`\n$ troupe apply -f ${cluster} --wait`);
  await troupe(ports, ["apply", "-f", join(root, cluster), "--wait", "--timeout", "5m"], signal);
}

/** Its exit code; rejects where it could do nothing. */
async function troupe(ports: Ports, args: readonly string[], signal: AbortSignal): Promise<number> {
  const command = spawn(process.execPath, [join(root, "packages/cli/bin/troupe.mjs"), "--address", `127.0.0.1:${ports.gatewayGrpc}`, ...args], { stdio: "inherit", signal, killSignal: "SIGINT" });
  const [code] = (await once(command, "exit")) as [number | null];
  if (code !== 0 && code !== conflict && !signal.aborted) throw new Error(`troupe ${args[0]} ended with code ${code}`);
  return code ?? 0;
}

/** What is shown to a newcomer: data, because no file of code names an application. */
async function readExample(): Promise<{ readonly cluster: string; readonly next: Readonly<Record<"withExample" | "without", readonly string[]>> }> {
  return JSON.parse(await readFile(join(import.meta.dirname, "example.json"), "utf8"));
}

async function welcome({ ports, kubernetes, example }: Settings, { kubeconfig, context, logFolder }: Surroundings): Promise<void> {
  const { next } = await readExample();
  const simulated = "Nodes are simulated: pods are scheduled and become Ready, but no container runs.\nTo run applications for real: npm start -- --kubeconfig FILE --context NAME";
  console.log(`
Troupe is up after ${inSeconds(performance.now() - startedMs)}.

  GraphQL     http://127.0.0.1:${ports.gatewayHttp}/graphql
  gRPC        127.0.0.1:${ports.gatewayGrpc}
  Kubernetes  ${exportLine(kubernetes !== undefined, kubeconfig, context)}
  logs        ${logFolder}

${kubernetes === undefined ? `${simulated}\n\n` : ""}Try next, in another terminal:
${next[example ? "withExample" : "without"].map((command) => `  npx troupe ${command}`).join("\n")}`);
}

/** For troupe logs, exec and open, which speak to it themselves. Told by TROUPE_KUBECONFIG, the next start would take ours for somebody's own. */
function exportLine(isSomebodysOwn: boolean, kubeconfig: string, context: string | undefined): string {
  if (!isSomebodysOwn) return `export KUBECONFIG=${quoted(resolve(kubeconfig))}`;
  return `export TROUPE_KUBECONFIG=${quoted(resolve(kubeconfig))}${context === undefined ? "" : ` TROUPE_CONTEXT=${quoted(context)}`}`;
}

/** As a shell reads it. */
function quoted(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

async function refuseBusyPorts({ ports, kubernetes, databaseUrl, natsUrl }: Settings): Promise<void> {
  const unused = new Set<string>([...(kubernetes ? ["kubernetes"] : []), ...(databaseUrl ? ["postgres"] : []), ...(natsUrl ? ["nats"] : [])]);
  const needed = Object.entries(ports).filter(([name]) => !unused.has(name));
  const checked = await Promise.all(needed.map(async ([name, port]) => ({ name, port, free: await isPortFree(port) })));
  const busy = checked.filter(({ free }) => !free).map(({ name, port }) => `port ${port} is taken: set ${portSettings[name as keyof Ports][0]} to another, or end what listens there`);
  if (busy.length > 0) throw new Error(busy.join("\n"));
}

async function step<T>(name: string, begin: () => Promise<T>): Promise<T> {
  const beganMs = performance.now();
  const begun = await begin();
  say(`${name} is ready (${inSeconds(performance.now() - beganMs)})`);
  return begun;
}

function say(line: string): void {
  console.log(`[${inSeconds(performance.now() - startedMs).padStart(7)}] ${line}`);
}

function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function isInterrupt(reason: unknown): boolean {
  return reason instanceof Error && reason.message === "interrupted";
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
  if (!isInterrupt(signal.reason)) throw signal.reason;
}
