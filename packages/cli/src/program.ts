import { Command, Help, Option } from "commander";
import { exitCodeHelp } from "./exit-codes.ts";
import type { Output, Session } from "./session.ts";
import { parseCount, parseDurationMs, parsePort } from "./usage.ts";
import { version } from "./version.ts";

/** What is said for all commands. */
export interface Globals {
  readonly address: string;
  readonly project: string | undefined;
  readonly output: Output;
  readonly color: boolean;
}

/** Runs with a session; a number is the exit code. Commands load what they need when they are chosen, so that `--help` is quick. */
export type Run = (globals: Globals, act: (session: Session) => Promise<void | number>) => Promise<void>;

const outputs = ["table", "wide", "json", "yaml", "name"] as const;

/** The command line. Nothing but this and its help is loaded before a command is chosen. */
export function makeProgram(run: Run, env: Readonly<Record<string, string | undefined>>): Command {
  const program = new Command("troupe")
    .description("Deploys and runs distributed, stateful applications on Kubernetes.")
    .version(version, "--version", "print the version of this command")
    .option("--address <host:port>", "the gateway's gRPC address (TROUPE_ADDRESS)", env["TROUPE_ADDRESS"] || "127.0.0.1:7401")
    .option("-n, --project <name>", "project to work in (TROUPE_PROJECT; default: what the document says, else default)", env["TROUPE_PROJECT"] || undefined)
    .addOption(new Option("-o, --output <form>", "form of the output").choices(outputs).default("table"))
    .option("--no-color", "no colours (NO_COLOR does the same)")
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false, optionDescription })
    .showHelpAfterError("(troupe COMMAND --help says more)")
    .exitOverride()
    .addHelpText("after", examples("apply -f app.yaml -f cluster.yaml --wait", "get clusters -A", "describe cluster events", "scale cluster events broker=5 --wait"));
  const start = (command: Command, act: (session: Session) => Promise<void | number>) => run(command.optsWithGlobals<Globals>(), act);
  addWrites(program, start);
  addReads(program, start);
  addMembers(program, start, env);
  addHelpers(program, start);
  for (const command of [program, ...program.commands]) command.addHelpText("after", `\n${exitCodeHelp}`);
  for (const command of program.commands) command.exitOverride().showHelpAfterError(`(troupe ${command.name()} --help says more)`);
  return program;
}

type Start = (command: Command, act: (session: Session) => Promise<void | number>) => Promise<void>;

interface FileOptions {
  readonly filename: readonly string[];
  readonly recursive: boolean;
}

interface WaitOptions {
  readonly wait: boolean;
  readonly timeout: string;
}

/** Without what holds by itself: no, none, nothing. */
function optionDescription(option: Option): string {
  const { defaultValue } = option as { readonly defaultValue?: unknown };
  const isNothing = defaultValue === false || defaultValue === "" || (Array.isArray(defaultValue) && defaultValue.length === 0);
  return isNothing ? option.description : new Help().optionDescription(option);
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  troupe ${line}`).join("\n")}`;
}

const collect = (value: string, previous: readonly string[] = []): readonly string[] => [...previous, value];

function withFiles(command: Command): Command {
  return command.option("-f, --filename <path>", "file, folder, or - for standard input; may be repeated", collect, []).option("-R, --recursive", "also what is in folders below", false);
}

function withWait(command: Command, what: string): Command {
  return command.option("--wait", `show progress until ${what}`, false).option("--timeout <duration>", "how long --wait waits: 90s, 5m, 1h30m", "10m");
}

function addWrites(program: Command, start: Start): void {
  withWait(withFiles(program.command("apply")), "everything is Ready")
    .description("Publish Apps and create or change Clusters and Pipelines, from files. Everything is checked before the first document is sent.")
    .option("--dry-run", "say what would happen, and change nothing", false)
    .addHelpText("after", examples("apply -f app.yaml -f cluster.yaml --dry-run", "apply -f cluster.yaml --wait", "apply -f pipeline.yaml --wait", "get cluster events -o yaml | troupe apply -f -"))
    .action(async (options: FileOptions & WaitOptions & { dryRun: boolean }, command: Command) =>
      start(command, async (session) => (await import("./commands/apply.ts")).apply(session, { ...options, timeoutMs: parseDurationMs(options.timeout) })),
    );
  withWait(program.command("scale <words...>"), "it is done")
    .usage("cluster NAME ROLE=NUMBER... [options]")
    .description("Set the number of members of roles.")
    .option("--dry-run", "say what would happen, and change nothing", false)
    .addHelpText("after", examples("scale cluster events broker=5 --wait"))
    .action(async (words: string[], options: WaitOptions & { dryRun: boolean }, command: Command) =>
      start(command, async (session) => (await import("./commands/scale.ts")).scale(session, words, { ...options, timeoutMs: parseDurationMs(options.timeout) })),
    );
  for (const [word, what] of [["stop", "Stop all members of clusters; volumes, secrets and names stay."], ["start", "Start clusters that were stopped."], ["pause", "Leave clusters as they are, come what may, until they are resumed."], ["resume", "Let Troupe change and heal paused clusters again."], ["continue", "Let updates go on that wait for a person after their first members."]] as const) {
    withWait(program.command(`${word} <words...>`), "it is so")
      .usage("cluster NAME... [options]")
      .description(what)
      .option("--dry-run", "say what would happen, and change nothing", false)
      .addHelpText("after", examples(`${word} cluster events --wait`))
      .action(async (words: string[], options: WaitOptions & { dryRun: boolean }, command: Command) =>
        start(command, async (session) => (await import("./commands/switch.ts")).turn(session, word, words, { ...options, timeoutMs: parseDurationMs(options.timeout) })),
      );
  }
  withWait(withFiles(program.command("delete [words...]")), "it is gone")
    .usage("cluster NAME... | pipeline NAME... | app NAME@VERSION+BUILD | -f FILE [options]")
    .description("Delete clusters, pipelines with their clusters, and builds of apps; volumes and generated secrets stay unless asked for.")
    .option("--volumes", "delete all data too; asks for the name", false)
    .option("--confirm <name>", "the name of the cluster or pipeline, for --volumes where nobody can be asked", "")
    .option("--ignore-not-found", "it is well if it is not there", false)
    .addHelpText("after", examples("delete cluster events --wait", "delete cluster events --volumes --confirm events"))
    .action(async (words: string[], options: FileOptions & WaitOptions & { volumes: boolean; confirm: string; ignoreNotFound: boolean }, command: Command) =>
      start(command, async (session) => (await import("./commands/delete.ts")).remove(session, words, { ...options, timeoutMs: parseDurationMs(options.timeout) })),
    );
}

function addReads(program: Command, start: Start): void {
  program
    .command("get <words...>")
    .usage("clusters|pipelines|apps|targets [NAME...] [options]")
    .description("List clusters, pipelines, apps or targets, or get some by name.")
    .option("-A, --all-projects", "clusters and pipelines of every project", false)
    .option("--filter <text>", 'only clusters such as \'app = "queue" AND state != READY\'', "")
    .option("-l, --label <name=value>", "only clusters with this label; may be repeated", collect, [])
    .addHelpText("after", examples("get clusters", "get cluster events -o yaml", "get apps -o wide"))
    .action(async (words: string[], options: { allProjects: boolean; filter: string; label: readonly string[] }, command: Command) =>
      start(command, async (session) => (await import("./commands/get.ts")).get(session, words, { ...options, labels: options.label })),
    );
  program
    .command("describe <words...>")
    .usage("cluster NAME | pipeline NAME | app NAME[@VERSION] [options]")
    .description("Show everything about one cluster, pipeline (with its graph) or app.")
    .action(async (words: string[], _options: unknown, command: Command) => start(command, async (session) => (await import("./commands/describe.ts")).describe(session, words)));
  program
    .command("watch [words...]")
    .usage("[cluster NAME...] [options]")
    .description("Show clusters as they change, until Ctrl-C.")
    .option("--filter <text>", "only these clusters, as for get", "")
    .action(async (words: string[], options: { filter: string }, command: Command) => start(command, async (session) => (await import("./commands/watch.ts")).watch(session, words, options)));
  program
    .command("events [words...]")
    .usage("[cluster NAME | pipeline NAME] [options]")
    .description("Show what happened in the project, or to one cluster or pipeline.")
    .option("-w, --follow", "also what happens from now on, until Ctrl-C", false)
    .option("--since-revision <number>", "only what came after it")
    .option("--types <type>", "only these, such as cluster.ready or cluster.member.*; may be repeated", collect, [])
    .option("--limit <number>", "how many at most", "50")
    .action(async (words: string[], options: { follow: boolean; sinceRevision?: string; types: readonly string[]; limit: string }, command: Command) =>
      start(command, async (session) => {
        const { sinceRevision } = options;
        const since = sinceRevision === undefined ? undefined : BigInt(parseCount(sinceRevision, "--since-revision"));
        return (await import("./commands/events.ts")).events(session, words, { ...options, sinceRevision: since, limit: parseCount(options.limit, "--limit") });
      }),
    );
  program
    .command("wait <words...>")
    .usage("cluster NAME... | pipeline NAME... --for ready|deleted [options]")
    .description("Wait until clusters or pipelines are ready, or gone.")
    .option("--for <state>", "ready or deleted", "ready")
    .option("--timeout <duration>", "90s, 5m, 1h30m", "10m")
    .action(async (words: string[], options: { for: string; timeout: string }, command: Command) =>
      start(command, async (session) => (await import("./commands/wait.ts")).wait(session, words, { until: options.for, timeoutMs: parseDurationMs(options.timeout) })),
    );
}

/** These speak to the Kubernetes of the members themselves, as whoever calls them. */
function addMembers(program: Command, start: Start, env: Readonly<Record<string, string | undefined>>): void {
  const withKube = (command: Command) =>
    command
      .option("--kubeconfig <file>", "for the members' Kubernetes (TROUPE_KUBECONFIG; default: as kubectl finds one, KUBECONFIG or ~/.kube/config)", env["TROUPE_KUBECONFIG"] || undefined)
      .option("--context <name>", "of the kubeconfig (TROUPE_CONTEXT; default: its current one)", env["TROUPE_CONTEXT"] || undefined);
  const withContainer = (command: Command) => withKube(command.option("-c, --container <name>", "another container than main, which is the application's"));
  withContainer(
    program
      .command("logs <words...>")
      .usage("[cluster] NAME [MEMBER|ROLE...] [options]")
      .description("Show what members wrote, of all or of those named: as broker-0, as a role, or by pod.")
      .option("-f, --follow", "also what they write from now on, pods that are made anew included, until Ctrl-C", false)
      .option("--tail <lines>", "only the last lines of each")
      .option("--since <duration>", "only what was written within this time: 90s, 10m, 1h30m")
      .option("--previous", "of the process before the last restart", false)
      .option("--timestamps", "the time before each line", false),
  )
    .addHelpText("after", examples("logs events", "logs events broker-0 --tail 100", "logs events broker controller-0 -f --since 10m"))
    .action(async (words: string[], { tail, since, ...options }: KubeOptions & { follow: boolean; tail?: string; since?: string; previous: boolean; timestamps: boolean }, command: Command) =>
      start(command, async (session) => {
        const tailLines = tail === undefined ? undefined : parseCount(tail, "--tail");
        const sinceSeconds = since === undefined ? undefined : Math.max(1, parseDurationMs(since, "--since") / 1000);
        return (await import("./commands/logs.ts")).logs(session, words, { ...unsaid, ...options, tailLines, sinceSeconds });
      }),
    );
  withContainer(
    program
      .command("exec <words...>")
      .usage("[cluster] NAME MEMBER [options] -- COMMAND...")
      .description("Run a command in a member. Its exit code is this command's.")
      .option("-i, --stdin", "give it what is typed or piped", false)
      .option("-t, --tty", "give it a terminal", false),
  )
    .addHelpText("after", examples("exec events broker-0 -- df -h", "exec events broker-0 -it -- bash", "exec events broker-0 -i -- sh -c 'cat > /tmp/topics' < topics"))
    .action(async (words: string[], options: KubeOptions & { stdin: boolean; tty: boolean }, command: Command) =>
      start(command, async (session) => (await import("./commands/exec.ts")).exec(session, words, { ...unsaid, ...options })),
    );
  withKube(
    program
      .command("open <words...>")
      .usage("[cluster] NAME [ROLE/PORT | MEMBER/PORT | PORT] [options]")
      .description("Open the pages of a cluster (ports marked as dashboard), or one port of it, on 127.0.0.1, until Ctrl-C.")
      .option("--port <number>", "port here; default: the same as there, or a free one")
      .option("--browser", "open the address in a browser too", false),
  )
    .addHelpText("after", examples("open etl", "open etl master/ui --port 8080 --browser", "open events broker-0/client"))
    .action(async (words: string[], { port, ...options }: KubeOptions & { port?: string; browser: boolean }, command: Command) =>
      start(command, async (session) => (await import("./commands/open.ts")).open(session, words, { ...unsaid, ...options, port: port === undefined ? undefined : parsePort(port, "--port") })),
    );
}

interface KubeOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly container?: string;
}

const unsaid = { kubeconfig: undefined, context: undefined, container: undefined };

function addHelpers(program: Command, start: Start): void {
  withFiles(program.command("validate [files...]"))
    .description("Say everything that is wrong with documents; store nothing. Exit 1 if anything is.")
    .addHelpText("after", examples("validate app.yaml cluster.yaml", "validate -f definitions -R -o json"))
    .action(async (files: string[], options: FileOptions, command: Command) => start(command, async (session) => (await import("./commands/validate.ts")).validate(session, files, options)));
  withFiles(program.command("render [files...]"))
    .usage("APP.yaml CLUSTER.yaml [options]")
    .description("Print the Kubernetes objects of a cluster, without a server: as YAML, or with -o json, or their names with -o name.")
    .option("--only <kind/name>", "this object, as -o name spells it; may be repeated", collect, [])
    .option("--need <slot.export=value>", "what a cluster that is needed offers; may be repeated", collect, [])
    .addHelpText("after", examples("render app.yaml cluster.yaml", "render -f app.yaml -f cluster.yaml -o name", "render app.yaml cluster.yaml --only pod/events-broker-0", "render app.yaml cluster.yaml --need zk.quorum=coord:2181 -o json"))
    .action(async (files: string[], options: FileOptions & { need: readonly string[]; only: readonly string[] }, command: Command) =>
      start(command, async (session) => (await import("./commands/render.ts")).render(session, files, options)),
    );
  program
    .command("explain [path]")
    .usage("[KIND.FIELD.FIELD] [options]")
    .description("Say what a field of an App, Cluster or Pipeline means, without a server. Names such as a role's may stand in the path.")
    .addHelpText("after", examples("explain", "explain app.roles.hooks", "explain cluster.roles.broker.volumes.data.size"))
    .action(async (path: string | undefined, _options: unknown, command: Command) => start(command, async (session) => (await import("./commands/explain.ts")).explain(session, path)));
  withFiles(program.command("diff"))
    .description("Show what apply would change of Clusters and Pipelines; exit 1 if anything.")
    .addHelpText("after", examples("diff -f cluster.yaml", "diff -f pipeline.yaml -o json"))
    .action(async (options: FileOptions, command: Command) => start(command, async (session) => (await import("./commands/diff.ts")).diff(session, options)));
  program
    .command("version")
    .description("Print the versions of this command and of the server.")
    .option("--client", "of this command only", false)
    .action(async (options: { client: boolean }, command: Command) => start(command, async (session) => (await import("./commands/version.ts")).showVersion(session, options)));
}
