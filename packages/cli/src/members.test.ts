import { Cluster, ClusterState } from "@troupe/proto/troupe/v1/cluster";
import { describe, expect, it } from "vitest";
import { chooseMember, chooseMembers, noPod, parseClusterWords, placeOf } from "./members.ts";
import { memberWord } from "./print/cluster.ts";

const member = (role: string, index: number) => ({ role, index, name: `events-${role}-${index}`, state: "in" });
const events = Cluster.fromPartial({
  name: "projects/shop/clusters/events",
  status: { state: ClusterState.CLUSTER_STATE_READY, roles: [{ role: "controller" }, { role: "broker" }, { role: "connect" }], members: [member("controller", 0), member("broker", 0), member("broker", 1)] },
});
const chosen = (...words: readonly string[]) => chooseMembers(events, words).map(memberWord);

describe("the words of a command about members", () => {
  it.each([["events", "broker-0"], ["cluster", "events", "broker-0"], ["cluster/events", "broker-0"]])("are a cluster, with or without the word for it, and the rest: %s", (...words) => {
    expect(parseClusterWords(words, "")).toEqual({ cluster: "events", rest: ["broker-0"] });
  });

  it.each([[], ["cluster"], ["app/events"], ["cluster/"]])("need a cluster: %s", (...words) => {
    expect(() => parseClusterWords(words, "")).toThrow(expect.objectContaining({ reason: "USAGE" }));
  });
});

describe("members", () => {
  it("are chosen by name, by pod and by role, each once, in the cluster's order", () => {
    expect(chosen("broker", "events-controller-0", "broker-1")).toEqual(["controller-0", "broker-0", "broker-1"]);
    expect(chosen("broker-1")).toEqual(["broker-1"]);
    expect(chosen()).toEqual(["controller-0", "broker-0", "broker-1"]);
    expect(chosen("connect")).toEqual([]);
  });

  it("that are not there are not found, and the nearest word is told", () => {
    expect(() => chosen("broker", "brokr-1")).toThrow(expect.objectContaining({ kind: "not_found", facts: { adviceForPeople: expect.stringContaining("broker-1") } }));
    expect(() => chosen("database")).toThrow(expect.objectContaining({ facts: { adviceForPeople: expect.stringContaining("controller-0, broker-0, broker-1") } }));
  });

  it("are one where one is needed", () => {
    expect(chooseMember(events, "controller").name).toBe("events-controller-0");
    expect(() => chooseMember(events, "broker")).toThrow(expect.objectContaining({ reason: "USAGE" }));
    expect(() => chooseMember(events, "connect")).toThrow(expect.objectContaining({ kind: "conflict" }));
  });

  it("without a pod say their state and what they wait for", () => {
    const waiting = [{ what: "cluster", reason: "X", message: "other" }, { what: "role broker", reason: "WaitingForRole", message: "waits for controller" }];
    const held = Cluster.fromPartial({ name: events.name, status: { members: [{ ...member("broker", 0), state: "held" }], waiting } });
    expect(noPod(held, chooseMember(held, "broker-0")).message).toMatch(/broker-0 .*held.*waits for controller/);
  });
});

it("a cluster is in its project's namespace, on the target default, unless it says otherwise", () => {
  expect(placeOf(events)).toEqual({ target: "default", namespace: "shop" });
  expect(placeOf(Cluster.fromPartial({ name: events.name, spec: { placement: { target: "eu", namespace: "queues" } } }))).toEqual({ target: "eu", namespace: "queues" });
});
