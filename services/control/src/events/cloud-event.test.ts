import { expect, test } from "vitest";
import { aTime, snapshot } from "../testing/mutations.ts";
import { toCloudEvent } from "./cloud-event.ts";

const event = { project: "payments", revision: 7, type: "cluster.member.lost", kind: "cluster", uid: snapshot().uid, subject: "projects/payments/clusters/c", time: aTime, actor: "ann ü%", generation: 1, traceparent: undefined, data: { cluster: snapshot(), change: { members: [] } } } as const;

test("an event's subject has its project, kind, uid and the words of its type", () => {
  expect(toCloudEvent(event).subject).toBe(`troupe.v1.events.payments.cluster.${event.uid}.member.lost`);
});

test("its attributes are headers, and its id is the same whenever it is sent", () => {
  const { id, headers } = toCloudEvent(event);
  expect(id).toBe("payments/7");
  expect(headers).toMatchObject({ "ce-id": "payments/7", "ce-type": "dev.troupe.cluster.member.lost.v1", "ce-sequence": "00000000000000000007", "ce-actor": "ann%20%C3%BC%25" });
  expect(headers).not.toHaveProperty("traceparent");
});

test("its body has the resource in its public form, with the revision that the event is", () => {
  expect(JSON.parse(new TextDecoder().decode(toCloudEvent(event).body))).toMatchObject({ cluster: { name: "projects/payments/clusters/c", revision: "7", status: { state: "CLUSTER_STATE_PENDING" } }, change: { members: [] } });
});
