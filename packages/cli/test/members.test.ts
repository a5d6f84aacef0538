import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { App } from "@troupe/proto/troupe/v1/app";
import { Cluster, WatchKind } from "@troupe/proto/troupe/v1/cluster";
import { afterEach, describe, expect, it } from "vitest";
import { type FakeKubernetes, startFakeKubernetes } from "./kubernetes.ts";
import { type Fakes, startServer } from "./server.ts";

/** Commands that speak with a Kubernetes themselves, against one that does what the test wants. */
const bin = join(import.meta.dirname, "../bin/troupe.mjs");

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** The command, as a process. */
async function start(troupe: Fakes, kubernetes: FakeKubernetes, args: readonly string[]): Promise<ChildProcess & { readonly stdin: NonNullable<ChildProcess["stdin"]>; readonly stdout: NonNullable<ChildProcess["stdout"]>; readonly stderr: NonNullable<ChildProcess["stderr"]> }> {
  const [server, kube] = [await startServer(troupe), await startFakeKubernetes(kubernetes)];
  cleanups.push(server.stop, kube.stop);
  const child = spawn(process.execPath, [bin, ...args], { env: { PATH: process.env["PATH"], TROUPE_ADDRESS: server.address, TROUPE_PROJECT: "shop", KUBECONFIG: kube.kubeconfig } });
  cleanups.push(() => child.kill("SIGKILL"));
  return child;
}

async function ended(child: Awaited<ReturnType<typeof start>>) {
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { out, err, code: code as number | null };
}

const member = (role: string, index: number, more: object = {}) => ({ role, index, name: `etl-${role}-${index}`, state: "in", ready: true, podUid: `uid-${role}-${index}`, ...more });
const aCluster = (...members: readonly ReturnType<typeof member>[]) => Cluster.fromPartial({ name: "projects/shop/clusters/etl", uid: "etl-uid", app: "spark@1+1", status: { roles: [{ role: "worker" }], members } });
interface PodWish {
  readonly uid?: string;
  /** Which process of its container. */
  readonly run?: string;
  readonly state?: object;
  readonly env?: readonly object[];
}
const aPod = (name: string, { uid = `uid-${name}`, run = "run-1", state = { running: {} }, env = [] }: PodWish = {}) => ({
  metadata: { name, namespace: "shop", uid, labels: { "troupe.dev/cluster-uid": "etl-uid" } },
  spec: { containers: [{ name: "main", env }] },
  status: { containerStatuses: [{ name: "main", containerID: run, state }] },
});
const only = (...members: readonly ReturnType<typeof member>[]): Fakes => ({ clusters: { get: async () => aCluster(...members) } });
const timed = (second: number, line: string) => `2026-01-01T00:00:0${second}.000000000Z ${line}\n`;

describe("logs", () => {
  const worker = member("worker", 0);

  it("follow a member from one pod to the next, over a connection that breaks, and end when it has run to its end", async () => {
    let pod = aPod("etl-worker-0");
    let finish = () => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const asked: string[] = [];
    const answers: readonly ((answer: ServerResponse) => void)[] = [
      (answer) => answer.write(timed(1, "a") + timed(2, "b"), () => answer.destroy()),
      (answer) => {
        pod = aPod("etl-worker-0", { uid: "another", run: "run-2", state: { terminated: { exitCode: 0 } } });
        // Of the second it is asked for the server gives all.
        answer.end(timed(2, "b") + timed(3, "c"));
      },
      (answer) => {
        answer.end(timed(4, "d"));
        finish();
      },
    ];
    const child = await start(
      { clusters: { get: async () => aCluster(worker), watch: async function* () {
        await finished;
        yield { kind: WatchKind.WATCH_KIND_UPSERT, revision: 1n, cluster: aCluster(member("worker", 0, { state: "done" })) };
      } } },
      { get: () => pod, log: (_pod, query, answer) => {
        asked.push(query.get("sinceTime") ?? query.get("tailLines") ?? "all");
        answers[asked.length - 1]?.(answer);
      } },
      ["logs", "etl", "worker-0", "-f", "--tail", "5"],
    );
    expect(await ended(child)).toMatchObject({ code: 0, out: "a\nb\nc\nd\n" });
    expect(asked).toEqual(["5", "2026-01-01T00:00:02.000000000Z", "all"]);
  });

  it("of several members have the member before each line, and who joins is followed too", async () => {
    const child = await start(
      { clusters: { get: async () => aCluster(worker), watch: async function* (_request, { signal }) {
        yield { kind: WatchKind.WATCH_KIND_UPSERT, revision: 1n, cluster: aCluster(worker, member("worker", 1)) };
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      } } },
      { get: (path) => aPod(path.slice("pods/".length)), log: (pod, _query, answer) => void answer.write(timed(1, `of ${pod}`)) },
      ["logs", "etl", "-f"],
    );
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (lines.length === 2) child.kill("SIGINT");
    }
    expect(lines).toContain("worker-1 | of etl-worker-1");
    expect((await once(child, "close"))[0]).toBe(130);
  });

  it("of members that have none are noted, as long as there are others", async () => {
    const held = member("worker", 1, { state: "held", podUid: "", ready: false });
    const child = await start(only(worker, held), { get: () => aPod("etl-worker-0"), log: (_pod, _query, answer) => void answer.end("a\nb") }, ["logs", "etl"]);
    expect(await ended(child)).toMatchObject({ code: 0, out: "worker-0 | a\nworker-0 | b\n", err: expect.stringMatching(/worker-1 has no pod: it is held/) });
    expect(await ended(await start(only(held), {}, ["logs", "etl", "worker-1"]))).toMatchObject({ code: 5, out: "" });
  });

  it("are refused where the pod of that name is another cluster's, or the right is missing", async () => {
    const stranger = { ...aPod("etl-worker-0"), metadata: { name: "etl-worker-0", namespace: "shop", uid: "other", labels: { "troupe.dev/cluster-uid": "other" } } };
    expect(await ended(await start(only(worker), { get: () => stranger }, ["logs", "etl"]))).toMatchObject({ code: 5, err: expect.stringContaining('context "fake" is of another Kubernetes') });
    expect(await ended(await start(only(worker), { get: () => 403 }, ["logs", "etl"]))).toMatchObject({ code: 8, err: expect.stringContaining("may not get pods in namespace shop") });
  });
});

describe("exec", () => {
  const worker = member("worker", 0);
  const status = (code: number) => Buffer.from(`\u0003${JSON.stringify(code === 0 ? { status: "Success" } : { status: "Failure", reason: "NonZeroExitCode", details: { causes: [{ reason: "ExitCode", message: String(code) }] } })}`);

  it("gives its input to the command until it ends, and ends with its code", async () => {
    let asked: string | undefined;
    const kubernetes: FakeKubernetes = {
      get: () => aPod("etl-worker-0"),
      exec: (_pod, query, socket) => {
        asked = query.getAll("command").join(" ");
        let input = "";
        socket.on("message", (message: Buffer) => {
          if (message[0] === 0) input += message.toString("utf8", 1);
          if (message[0] !== 255) return;
          for (const part of [Buffer.from(`\u0001${input.toUpperCase()}`), Buffer.from("\u0002to stderr"), status(42)]) socket.send(part);
          socket.close();
        });
      },
    };
    const child = await start(only(worker), kubernetes, ["exec", "cluster", "etl", "worker", "-i", "--", "tr", "-c", "x"]);
    child.stdin.end("what is piped");
    expect(await ended(child)).toEqual({ code: 42, out: "WHAT IS PIPED", err: "to stderr" });
    expect(asked).toBe("tr -c x");
  });

  it("says that it does not know how a command ended whose connection broke", async () => {
    const child = await start(only(worker), { get: () => aPod("etl-worker-0"), exec: (_pod, _query, socket) => socket.terminate() }, ["exec", "etl", "worker", "--", "ls"]);
    expect(await ended(child)).toMatchObject({ code: 6, err: expect.stringContaining("not known") });
  });

  it("needs a container that is there and runs", async () => {
    const waiting = aPod("etl-worker-0", { state: { waiting: { reason: "CrashLoopBackOff", message: "back-off" } } });
    const run = async (...args: readonly string[]) => ended(await start(only(worker), { get: () => waiting }, ["exec", "etl", "worker", ...args, "--", "ls"]));
    expect(await run()).toMatchObject({ code: 5, err: expect.stringContaining("CrashLoopBackOff: back-off") });
    expect(await run("-c", "mian")).toMatchObject({ code: 4, err: expect.stringContaining("did you mean main?") });
    expect(await run("-c", "main", "--context", "fakee")).toMatchObject({ code: 2, err: expect.stringContaining("did you mean fake?") });
  });
});

describe("open", () => {
  const definition = {
    apiVersion: "troupe.dev/v1",
    kind: "App",
    metadata: { name: "spark" },
    spec: { version: "1", image: "spark", roles: { worker: { members: "1+", cpu: 1, memory: "1Gi", ports: { rpc: 7077, ui: { port: 8080, scheme: "http", path: "/jobs", dashboard: true, token: true } }, env: { TOKEN: "${{ secrets.token }}" } } } },
  };
  const apps = { get: async () => App.fromPartial({ definition }) };
  const env = [{ name: "TOKEN", valueFrom: { secretKeyRef: { name: "etl-secrets", key: "token" } } }];
  const secret = { data: { token: Buffer.from("s3 cret").toString("base64") } };

  /** A port whose member answers with its own name and what it was sent. */
  const answering: FakeKubernetes["portforward"] = (pod, query, socket) => {
    const port = Buffer.from([Number(query.get("ports")) & 255, Number(query.get("ports")) >> 8]);
    for (const channel of [0, 1]) socket.send(Buffer.concat([Buffer.of(channel), port]));
    socket.on("message", (message: Buffer) => {
      socket.send(Buffer.concat([Buffer.of(0), Buffer.from(`${pod} got ${message.toString("utf8", 1)}`)]));
      socket.close();
    });
  };

  async function ask(address: string, what: string): Promise<string> {
    const socket = connect({ host: "127.0.0.1", port: Number(/:(\d+)/.exec(address.slice("http:".length))?.[1]) });
    socket.write(what);
    return text(socket);
  }

  it("prints where the page is, with its token, and finds another member where the first is gone", async () => {
    const pods = new Map([["pods/etl-worker-0", aPod("etl-worker-0", { env })], ["pods/etl-worker-1", aPod("etl-worker-1", { env })]]);
    let members = [member("worker", 0, { ready: false }), member("worker", 1)];
    const kubernetes: FakeKubernetes = { get: (path) => (path === "secrets/etl-secrets" ? secret : pods.get(path)), portforward: answering };
    const child = await start({ apps, clusters: { get: async () => aCluster(...members) } }, kubernetes, ["open", "etl"]);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { value: line = "" } = await lines.next();
    expect(line).toMatch(/^worker\/ui {2}http:\/\/127\.0\.0\.1:\d+\/jobs\?token=s3%20cret$/);
    const [, address = ""] = line.split("  ");
    expect(await ask(address, "x")).toBe("etl-worker-1 got x");
    pods.delete("pods/etl-worker-1");
    members = [member("worker", 0)];
    expect(await ask(address, "y")).toBe("etl-worker-0 got y");
    child.kill("SIGINT");
    expect((await once(child, "close"))[0]).toBe(130);
  });

  it("goes without a token that the caller may not read, and says where it is", async () => {
    const kubernetes: FakeKubernetes = { get: (path) => (path.startsWith("secrets/") ? 403 : aPod("etl-worker-0", { env })), portforward: answering };
    const child = await start({ apps, ...only(member("worker", 0)) }, kubernetes, ["open", "etl", "-o", "json"]);
    const end = ended(child);
    child.stdout.once("data", () => child.kill("SIGINT"));
    const { out, err, code } = await end;
    expect(JSON.parse(out)).toMatchObject({ port: "worker/ui", pod: "etl-worker-0", address: expect.stringMatching(/\/jobs$/) });
    expect([err, code]).toEqual([expect.stringMatching(/shop\/etl-secrets .*may not get secrets/), 130]);
  });

  it("says so where nothing listens, instead of an address", async () => {
    const refusing: FakeKubernetes["portforward"] = (pod, query, socket) => {
      answering(pod, query, socket);
      socket.send(Buffer.concat([Buffer.of(1), Buffer.from("inside namespace 4f2: dial tcp4 127.0.0.1:8080: connect: connection refused")]));
      socket.close();
    };
    const kubernetes: FakeKubernetes = { get: () => aPod("etl-worker-0", { env }), portforward: refusing };
    expect(await ended(await start({ apps, ...only(member("worker", 0)) }, kubernetes, ["open", "etl"]))).toMatchObject({ out: "", code: 6, err: expect.stringContaining("nothing listens on port 8080 of pod etl-worker-0") });
  });

  it("tells which ports there are where the one that is named is not", async () => {
    expect(await ended(await start({ apps, ...only(member("worker", 0)) }, {}, ["open", "etl", "worker/web"]))).toMatchObject({ code: 4, err: expect.stringContaining("worker/rpc, worker/ui") });
  });
});
