import { Failure } from "@troupe/domain/failure";
import { mutate } from "../calls.ts";
import { InFile } from "../in-file.ts";
import { readSubmissions } from "../input/documents.ts";
import { planLines } from "../print/change.ts";
import { planDocument } from "../print/document.ts";
import { visible } from "../print/visible.ts";
import { clusterName, spokenName } from "../resource-names.ts";
import { isMachineReadable, printValue, type Session } from "../session.ts";
import { checkAll } from "./apply.ts";

/** What `apply` would change of each Cluster's spec. Exit 1 when something differs, as diff has it. */
export async function diff(session: Session, { filename, recursive }: { readonly filename: readonly string[]; readonly recursive: boolean }): Promise<number> {
  const input = await readSubmissions(session, filename, recursive);
  await checkAll(session, input);
  const documents: object[] = [];
  let differs = false;
  for (const { kind, file, manifest, project, name } of input.submissions) {
    if (kind !== "Cluster") continue;
    const target = project === undefined && session.givenProject !== undefined ? clusterName(session.givenProject, name) : "";
    const request = { name: target, source: { $case: "manifest", value: manifest }, updateMask: undefined, allowMissing: true, etag: "", validateOnly: true } as const;
    const { cluster, plan, created } = await InFile.during(file, input.files, () => mutate(session, (api, requestId, call) => api.clusters.update({ ...request, requestId }, call)));
    if (cluster === undefined) throw new Failure("internal", "the answer has no cluster");
    documents.push({ cluster: cluster.name, created, ...planDocument(plan) });
    if (plan?.unchanged) continue;
    differs = true;
    if (!isMachineReadable(session)) session.terminal.out.write(textOf(session, spokenName(cluster.name), created, plan));
  }
  if (isMachineReadable(session)) await printValue(session, documents);
  return differs ? 1 : 0;
}

function textOf({ paint }: Session, name: string, created: boolean, plan: Parameters<typeof planLines>[0]): string {
  const fields = (plan?.fields ?? []).flatMap(({ path, before, after }) => [
    ...(before === "" ? [] : [paint.red(visible(`- ${path}: ${before}`))]),
    ...(after === "" ? [] : [paint.green(visible(`+ ${path}: ${after}`))]),
  ]);
  return `${[paint.bold(visible(created ? `${name} (new)` : name)), ...fields, ...planLines(plan)].join("\n")}\n`;
}
