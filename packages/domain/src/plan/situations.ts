import { mapNames } from "../by-name.ts";
import { readsOf, type Reads } from "../expression/reads.ts";
import type { ClusterScope, MemberScope, RoleScope, Scope } from "../expression/scope.ts";
import type { Template } from "../expression/template.ts";
import type { App, MemberRule } from "../language/app.ts";
import { leastMembers, mostMembers } from "../language/members.ts";
import type { StartMode } from "../life/record.ts";
import type { DesiredCluster, DesiredRole } from "./desired.ts";
import { scopeOf } from "./scope.ts";

/** One of the states of a cluster in which a template may be evaluated, with what is particular about it in words. */
export interface Situation {
  readonly scope: Scope;
  /** `for member 0, when it joins later (start = join)`; empty where nothing can differ. */
  readonly words: string;
}

/** The situations that can make a difference to templates of a member of the role: the ends of everything that varies. */
export interface Situations {
  inMember(role: DesiredRole, templates: readonly Template[]): readonly Situation[];
  /** Of exports, which no member's view changes, and which others wait for while members do not count. */
  inCluster(template: Template): readonly Situation[];
}

interface Moment {
  readonly own: StartMode;
  /** How the others were started. */
  readonly others: StartMode;
  readonly words: string;
}

const first: Moment = { own: "bootstrap", others: "bootstrap", words: "when it is started first (start = bootstrap)" };
const later: Moment = { own: "join", others: "bootstrap", words: "when it joins later (start = join)" };
const again: Moment = { own: "rejoin", others: "rejoin", words: "when it is started again (start = rejoin)" };

export function situationsOf(cluster: DesiredCluster): Situations {
  const scopes = makeScopes(cluster);
  return {
    inMember(role, templates) {
      const varies = variesIn(cluster.app, templates);
      return statesOf(cluster, role, varies).map((state) => ({ scope: scopes.ofMember(role, state), words: wordsOf(state, varies) }));
    },
    inCluster(template) {
      const moments = variesIn(cluster.app, [template]).start ? [first, again] : [first];
      return moments.map((moment) => ({ scope: scopes.ofCluster(moment, false), words: moments.length > 1 ? moment.words.replace("it is", "members are") : "" }));
    },
  };
}

/** Of one member, and of the others as it sees them. */
interface State {
  readonly index: number;
  readonly moment: Moment;
  /** Only those count that count first. */
  readonly fewest: boolean;
  readonly leaving: boolean;
}

function statesOf(cluster: DesiredCluster, role: DesiredRole, varies: Varies): readonly State[] {
  const last = role.count - 1;
  const indices = varies.index ? [0, 1, last] : varies.start ? [0, last] : [0];
  const moments = varies.start ? momentsOf(cluster, role) : [first];
  const either = (differs: boolean) => (differs ? [false, true] : [false]);
  return [...new Set(indices)]
    .filter((index) => index <= last)
    .flatMap((index) => moments.map((moment) => ({ index, moment })))
    .flatMap((state) => either(varies.members).map((fewest) => ({ ...state, fewest })))
    // Whoever joins finds the first ones there.
    .filter(({ index, moment, fewest }) => moment !== later || !fewest || index >= fewestCounting(cluster, role))
    .flatMap((state) => either(varies.leaving).map((leaving) => ({ ...state, leaving })));
}

function wordsOf({ index, moment, fewest, leaving }: State, varies: Varies): string {
  const words = [varies.index && `for member ${index}`, varies.start && moment.words, fewest && "while no more members count than at first", leaving && "while it is leaving"];
  return words.filter((part) => part !== false).join(", ");
}

function momentsOf(cluster: DesiredCluster, role: DesiredRole): readonly Moment[] {
  const joins = cluster.adopt !== undefined || (role.defined.bootstrap === "first" && role.count > 1) || canGrow(role.defined.members);
  return joins ? [first, later, again] : [first, again];
}

/** Each scope is made once: expressions turn it into their own words once for each object. */
function makeScopes(cluster: DesiredCluster) {
  const base = scopeOf(cluster, undefined);
  const ofClusters = new Map<string, Scope>();
  const ofMembers = new Map<string, Scope>();
  const ofCluster = ({ others }: Moment, fewest: boolean): Scope => once(ofClusters, `${others} ${fewest}`, () => ({ of: seenBy(cluster, base, others, fewest), self: undefined }));
  const ofMember = (role: DesiredRole, { index, moment, fewest, leaving }: State): Scope =>
    once(ofMembers, `${role.name} ${index} ${moment.own} ${fewest} ${leaving}`, () => {
      const { of } = ofCluster(moment, fewest);
      const shared = of.roles[role.name]?.all[index];
      const isShared = moment.own === moment.others && !leaving;
      return { of, self: shared && { role: role.name, member: isShared ? shared : { ...shared, start: moment.own, leaving } } };
    });
  return { ofCluster, ofMember };
}

function once<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}

function seenBy(cluster: DesiredCluster, base: ClusterScope, start: StartMode, fewest: boolean): ClusterScope {
  const started = (member: MemberScope): MemberScope => (member.start === start ? member : { ...member, start });
  const roles = mapNames(base.roles, (role, name): RoleScope => {
    const all = role.all.map(started);
    const desired = cluster.roles[name];
    return { ...role, all, members: fewest && desired ? all.slice(0, fewestCounting(cluster, desired)) : all };
  });
  return { ...base, roles };
}

/** How many members count when the role has just begun, or has just been given more. */
function fewestCounting({ adopt }: DesiredCluster, { count, defined: { bootstrap, members } }: DesiredRole): number {
  if (adopt !== undefined || bootstrap === "first") return Math.min(1, count);
  return canGrow(members) ? Math.min(count, Math.max(1, leastMembers(members))) : count;
}

function canGrow(rule: MemberRule): boolean {
  return rule.scalable && leastMembers(rule) !== mostMembers(rule);
}

/** What can make a difference to a template. */
interface Varies {
  readonly index: boolean;
  readonly start: boolean;
  readonly leaving: boolean;
  /** Who counts. */
  readonly members: boolean;
}

function variesIn(app: App, templates: readonly Template[]): Varies {
  const reads = templates.flatMap((template) => readsThrough(app, template));
  const readsField = (field: string) => reads.some(({ member, otherMembers }) => member.includes(field) || otherMembers.includes(field));
  return {
    index: reads.some(({ member }) => ["index", "id", "name", "host"].some((field) => member.includes(field))),
    start: readsField("start"),
    leaving: readsField("leaving"),
    members: reads.some(({ roles }) => roles.length > 0),
  };
}

/** What a template reads, and what the exports read that it reads. */
export function readsThrough(app: App, template: Template): readonly Reads[] {
  const found = new Set<Template>();
  const visit = (next: Template | undefined): void => {
    if (next === undefined || found.has(next)) return;
    found.add(next);
    for (const name of readsOf(next).exports) visit(app.exports[name]);
  };
  visit(template);
  return [...found].map(readsOf);
}
