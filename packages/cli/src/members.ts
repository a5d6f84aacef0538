import type { Failure } from "@troupe/domain/failure";
import { nearest } from "@troupe/domain/nearest";
import { type Cluster, ClusterState, type MemberStatus } from "@troupe/proto/troupe/v1/cluster";
import { advising } from "./advice.ts";
import { findKind, parseReferences } from "./kinds.ts";
import { lookOf, memberWord, waitsByUrgency, waitText } from "./print/cluster.ts";
import { projectOf, shortName, spokenName } from "./resource-names.ts";
import { usage } from "./usage.ts";

/** `[cluster] NAME WORD…` or `cluster/NAME WORD…`; `how` is how it is written, for whoever left the name out. */
export function parseClusterWords(words: readonly string[], how: string): { readonly cluster: string; readonly rest: readonly string[] } {
  const said = words.length > 1 && findKind(words[0] ?? "") === "cluster" ? words.slice(1) : words;
  const cluster = said.length === 0 ? undefined : parseReferences(said.slice(0, 1), ["cluster"]).names[0];
  if (cluster === undefined) throw usage(`of which cluster? ${how}`);
  return { cluster, rest: said.slice(1) };
}

/** Where the pods of a cluster are. */
export function placeOf({ name, spec }: Cluster): { readonly target: string; readonly namespace: string } {
  const { target = "", namespace = "" } = spec?.placement ?? {};
  return { target: target || "default", namespace: namespace || projectOf(name) };
}

/** Is it one of those that the words name: by itself (`broker-0`, its pod), or with all of its role? No words name all. */
export function isNamed({ role, index, name }: MemberStatus, words: readonly string[]): boolean {
  return words.length === 0 || words.some((word) => word === memberWord({ role, index }) || word === name || word === role);
}

/** Those that the words name, in the cluster's order. A word that names nothing is not found. */
export function chooseMembers(cluster: Cluster, words: readonly string[]): readonly MemberStatus[] {
  const members = membersOf(cluster);
  const roles = cluster.status?.roles.map(({ role }) => role) ?? [];
  for (const word of words) if (!roles.includes(word) && !members.some((member) => isNamed(member, [word]))) throw noSuchMember(cluster, word, roles);
  return members.filter((member) => isNamed(member, words));
}

/** The one that a word names; a role does, where it has one. */
export function chooseMember(cluster: Cluster, word: string): MemberStatus {
  const [member, ...others] = chooseMembers(cluster, [word]);
  if (member === undefined) throw noMembers(cluster, [word]);
  if (others.length > 0) throw usage(`"${word}" is ${others.length + 1} members: name one of ${listed([member, ...others].map(memberWord))}`);
  return member;
}

export function membersOf({ status }: Cluster): readonly MemberStatus[] {
  return status?.members ?? [];
}

export function noMembers(cluster: Cluster, words: readonly string[]): Failure {
  const what = words.length === 0 ? spokenName(cluster.name) : words.join(", ");
  return advising("conflict", `${what} has no members: the cluster is ${lookOf(cluster).word}`, seeDescribe(cluster));
}

/** Why there is nothing to speak to yet, or any more. */
export function noPod(cluster: Cluster, member: MemberStatus): Failure {
  const waits = waitsByUrgency(cluster);
  const wait = waits.find(({ what }) => what === `member ${member.name}`) ?? waits.find(({ what }) => what === `role ${member.role}`) ?? waits[0];
  const why = cluster.status?.state === ClusterState.CLUSTER_STATE_STOPPED ? "the cluster is stopped" : member.message || (wait && waitText(wait));
  return advising("conflict", `${memberWord(member)} has no pod: it is ${member.state || "planned"}${why === undefined ? "" : `, ${why}`}`, seeDescribe(cluster));
}

function noSuchMember(cluster: Cluster, word: string, roles: readonly string[]): Failure {
  const members = membersOf(cluster);
  const words = members.map(memberWord);
  const meant = nearest(word, [...words, ...roles, ...members.map(({ name }) => name)]);
  const known = words.length === 0 ? `it has no members: it is ${lookOf(cluster).word}` : `it has ${listed(words)}`;
  return advising("not_found", `${spokenName(cluster.name)} has no member or role "${word}"`, meant === undefined ? known : `did you mean ${meant}?`);
}

const mostListed = 12;

function listed(words: readonly string[]): string {
  return words.length <= mostListed ? words.join(", ") : `${words.slice(0, mostListed).join(", ")} and ${words.length - mostListed} more`;
}

function seeDescribe({ name }: Cluster): string {
  return `troupe describe cluster ${shortName(name)} -n ${projectOf(name)} says what it waits for`;
}
