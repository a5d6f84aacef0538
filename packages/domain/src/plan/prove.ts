import { namedIn } from "../by-name.ts";
import { evaluateList, evaluateTemplate, evaluateTogether, textOfValue } from "../expression/evaluate.ts";
import { onlyExpressionOf, type Template } from "../expression/template.ts";
import type { Value } from "../expression/value.ts";
import { Failure, type Problem } from "../failure.ts";
import type { Placed } from "../language/app-templates.ts";
import { pathText, type Path } from "../language/path.ts";
import { whyNotText } from "../language/settings.ts";
import type { DesiredCluster, DesiredRole } from "./desired.ts";
import { sizesOf, type Sizes } from "./plan-size.ts";
import { placedIn } from "./scope.ts";
import { readsThrough, situationsOf, type Situation, type Situations } from "./situations.ts";

/**
 * Evaluates everything in every situation that can make a difference, so that an expression that fails for these values, or
 * makes more than a pod can hold, is refused before anything runs and not met later. A path is where the definition has it.
 */
export function problemsOfTemplates(cluster: DesiredCluster): readonly Problem[] {
  const sizes = sizesOf(cluster);
  const proof: Proof = { cluster, sizes, situations: situationsOf(cluster), problems: [] };
  evaluateTogether(cluster.app, () => {
    for (const role of Object.values(cluster.roles)) if (role.count > 0) proveRole(proof, role);
    for (const [name, template] of Object.entries(cluster.app.exports)) {
      const failure = attempt(proof.situations.inCluster(template), ({ scope }) => evaluateTemplate(template, scope));
      if (failure) proof.problems.push(...problemsOf(cluster, template, ["spec", "exports", name], failure));
    }
  });
  return [...distinct(proof.problems), ...sizes.problems()];
}

interface Proof {
  readonly cluster: DesiredCluster;
  readonly sizes: Sizes;
  readonly situations: Situations;
  readonly problems: Problem[];
}

function proveRole(proof: Proof, role: DesiredRole): void {
  for (const placed of placedIn(role)) proveTemplate(proof, role, placed);
  for (const kind of ["started", "ready"] as const) proveCommand(proof, role, kind);
}

function proveTemplate({ cluster, sizes, situations, problems }: Proof, role: DesiredRole, { template, keys, expected }: Placed): void {
  const failure = attempt(situations.inMember(role, [template]), ({ scope }) => {
    if (expected.result === "list") return sizes.add(role, keys, evaluateList({ kind: "whole", template }, scope) ?? []);
    const value = evaluateTemplate(template, scope);
    refuseContent(role, keys, value);
    sizes.add(role, keys, value);
  });
  if (failure) problems.push(...problemsOf(cluster, template, ["spec", "roles", role.name, ...keys], failure));
}

/** What an expression comes to may hold what the format of its file has no way to write, or a secret that nothing can put into it. */
function refuseContent({ files, defined }: DesiredRole, [field, path]: Path, value: Value): void {
  const content = field === "files" ? namedIn(files, String(path))?.content : undefined;
  if (content && value.kind === "secret" && !defined.shell) throw new Failure("invalid", "a secret is put into a file in the member itself, which takes a shell, and the image has none (shell: false)", { reason: "SECRET_NOT_ALLOWED" });
  if (content?.kind !== "settings") return;
  const text = value.kind === "secret" ? value.parts.filter((part) => typeof part === "string").join("") : textOfValue(value);
  const wrong = text === undefined ? undefined : whyNotText(content.format, text);
  if (wrong !== undefined) throw new Failure("invalid", wrong, { reason: "CHARACTER_INVALID" });
}

/** Elements that give null are left out, and a probe needs a command. */
function proveCommand({ situations, problems }: Proof, role: DesiredRole, kind: "started" | "ready"): void {
  const check = role.defined.probes[kind]?.check;
  if (check?.kind !== "exec" || check.command.kind !== "elements" || !check.command.elements.every(onlyExpressionOf)) return;
  const { command } = check;
  const empty: string[] = [];
  attempt(situations.inMember(role, command.elements), ({ scope, words }) => {
    if (evaluateList(command, scope)?.length === 0) empty.push(words);
  });
  if (empty[0] !== undefined) problems.push({ path: pathText(["spec", "roles", role.name, "probes", kind, "exec"]), reason: "VALUE_INVALID", message: withWords("names no command, since every element gives null", empty[0]) });
}

interface Failed {
  readonly error: Failure;
  readonly words: string;
}

/** The first situation in which it fails; what is particular about it, unless it fails in all. */
function attempt(situations: readonly Situation[], evaluate: (situation: Situation) => void): Failed | undefined {
  let failed: Failed | undefined;
  let succeeds = false;
  for (const situation of situations) {
    if (failed && succeeds) break;
    try {
      evaluate(situation);
      succeeds = true;
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== "invalid") throw error;
      failed ??= { error, words: situation.words };
    }
  }
  return failed && !succeeds ? { ...failed, words: "" } : failed;
}

/** What fails since values given in place of a cluster lack one is told where they stand. */
function problemsOf(cluster: DesiredCluster, template: Template, path: Path, { error, words }: Failed): readonly Problem[] {
  const lacking = lackingOf(cluster, template);
  if (lacking.length === 0) return [{ path: pathText(path), reason: error.reason, message: withWords(error.message, words) }];
  return lacking.map(({ slot, name }) => ({ path: pathText(["spec", "needs", slot]), reason: "NEED_INCOMPLETE", message: `${cluster.app.name} reads ${name} of ${slot}, and the values that are given for it do not have it: add ${name}` }));
}

function lackingOf({ app, needs }: DesiredCluster, template: Template): readonly { readonly slot: string; readonly name: string }[] {
  return readsThrough(app, template)
    .flatMap((reads) => reads.needs)
    .flatMap(({ slot, export: name }) => {
      const need = namedIn(needs, slot);
      return need?.kind === "bound" && need.provider === undefined && !Object.hasOwn(need.exports, name) ? [{ slot, name }] : [];
    });
}

function withWords(message: string, words: string): string {
  return words === "" ? message : `${message}, ${words}`;
}

function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [`${problem.path}\n${problem.message}`, problem])).values()];
}
