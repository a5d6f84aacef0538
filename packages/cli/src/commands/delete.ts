import { Failure } from "@troupe/domain/failure";
import { VolumeDeletion } from "@troupe/proto/troupe/v1/cluster";
import { mutate } from "../calls.ts";
import { readSubmissions } from "../input/documents.ts";
import { parseReferences } from "../kinds.ts";
import { clusterDocument, listDocument } from "../print/document.ts";
import { appName, clusterName, sharedProject, shortName } from "../resource-names.ts";
import { isMachineReadable, printValue, type Session } from "../session.ts";
import { usage } from "../usage.ts";
import { type Goal, waitFor } from "../wait-for.ts";

export interface DeleteOptions {
  readonly filename: readonly string[];
  readonly recursive: boolean;
  readonly volumes: boolean;
  readonly confirm: string;
  readonly ignoreNotFound: boolean;
  readonly wait: boolean;
  readonly timeoutMs: number;
}

/** Deletes clusters, keeping volumes and generated secrets unless asked for by name; or builds of apps. */
export async function remove(session: Session, words: readonly string[], options: DeleteOptions): Promise<void> {
  if (options.filename.length > 0) return removeClusters(session, await clustersIn(session, options), options);
  const { kind, names } = parseReferences(words, ["cluster", "app"]);
  if (names.length === 0) throw usage(`delete what? troupe delete ${kind} NAME`);
  if (kind === "app") return removeApps(session, names);
  return removeClusters(session, names.map((name) => clusterName(session.project, name)), options);
}

async function clustersIn(session: Session, { filename, recursive }: DeleteOptions): Promise<readonly string[]> {
  const { submissions } = await readSubmissions(session, filename, recursive);
  return submissions.filter(({ kind }) => kind === "Cluster").map(({ project, name }) => clusterName(project ?? session.project, name)).toReversed();
}

async function removeClusters(session: Session, names: readonly string[], options: DeleteOptions): Promise<void> {
  const goals: Goal[] = [];
  const documents: object[] = [];
  for (const name of names) {
    const confirm = options.volumes ? await confirmation(session, shortName(name), options.confirm) : "";
    const volumes = options.volumes ? VolumeDeletion.VOLUME_DELETION_DELETE : VolumeDeletion.VOLUME_DELETION_KEEP;
    const { cluster } = await mutate(session, (api, requestId, call) =>
      api.clusters.delete({ name, volumes, confirm, etag: "", requestId, validateOnly: false, allowMissing: options.ignoreNotFound }, call),
    );
    if (cluster === undefined) continue;
    documents.push(clusterDocument(cluster));
    goals.push({ name, until: "deleted", generation: 0n, uid: cluster.uid });
    const kept = options.volumes ? "; volumes and generated secrets go too" : `; volumes and generated secrets stay: take them over with spec.adopt: ${cluster.uid}`;
    if (session.output === "name") session.terminal.out.write(`cluster/${shortName(name)}\n`);
    else if (!isMachineReadable(session)) session.terminal.out.write(`cluster/${shortName(name)} is being deleted${kept}\n`);
  }
  if (isMachineReadable(session)) await printValue(session, documents.length === 1 ? documents[0] : listDocument(documents));
  if (options.wait) await waitFor(session, goals, options.timeoutMs);
}

/** Data goes only when the name was typed: here, or with `--confirm` where nobody can be asked. */
async function confirmation({ terminal }: Session, name: string, given: string): Promise<string> {
  if (given !== "") return given;
  if (!terminal.input.isTerminal) throw usage(`deleting volumes needs --confirm ${name}`);
  const typed = await terminal.input.ask(`This deletes all data of ${name} for ever. Type its name to go on: `);
  if (typed.trim() !== name) throw new Failure("conflict", `nothing was deleted: "${typed.trim()}" is not ${name}`, { reason: "NOT_CONFIRMED" });
  return name;
}

async function removeApps(session: Session, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await mutate(session, (api, requestId, call) => api.apps.delete({ name: appName(session.givenProject ?? sharedProject, name), requestId, validateOnly: false }, call));
    if (!isMachineReadable(session)) session.terminal.out.write(`app/${name} deleted\n`);
  }
}
