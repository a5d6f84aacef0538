import type { ObservedClaim, ObservedCluster, ObservedPod } from "@troupe/domain/life/observed";
import { describe, expect, test } from "vitest";
import { type About, Warnings } from "./warnings.ts";

interface Wording {
  readonly name?: string;
  readonly uid?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly version?: number;
}

const event = ({ name = "e1", uid = "u1", reason = "ProvisioningFailed", message = "no space", version = 5 }: Wording = {}) => ({
  metadata: { name, namespace: "n", resourceVersion: String(version) },
  involvedObject: { kind: "PersistentVolumeClaim", namespace: "n", name: "c-data", uid },
  reason,
  message,
});

const put = (wording?: Wording) => ({ kind: "put", object: event(wording) }) as const;
const claims = (phase: ObservedClaim["phase"], trouble?: ObservedClaim["trouble"]) => ({ "c-data": { uid: "u1", phase, trouble } }) as unknown as ObservedCluster["claims"];
const pods = (phase: ObservedPod["phase"], trouble?: ObservedPod["trouble"]) => ({ c: { uid: "u1", phase, trouble } }) as unknown as ObservedCluster["pods"];
const cluster = (parts: Partial<ObservedCluster>): ObservedCluster => ({ objects: [], pods: {}, claims: {}, keptClaims: {}, secrets: new Set(), adoptedIsThere: false, ...parts });
const said = (warnings: Warnings) => warnings.addTo(cluster({ claims: claims("Pending") })).claims["c-data"]?.trouble;

describe("warnings of Kubernetes", () => {
  test("are told of the claim or pod that they are about, until it is not pending any more", () => {
    const warnings = new Warnings(() => {});
    warnings.events("Event", [put()]);
    const trouble = { reason: "ProvisioningFailed", message: "no space" };
    expect(warnings.addTo(cluster({ claims: claims("Pending"), pods: pods("Pending") }))).toMatchObject({ claims: { "c-data": { trouble } }, pods: { c: { trouble } } });
    expect(warnings.addTo(cluster({ claims: claims("Bound"), pods: pods("Running") }))).toMatchObject({ claims: { "c-data": { trouble: undefined } }, pods: { c: { trouble: undefined } } });
  });

  test("say nothing where the object does itself", () => {
    const warnings = new Warnings(() => {});
    warnings.events("Event", [put()]);
    const own = { reason: "ImagePullBackOff", message: "" };
    expect(warnings.addTo(cluster({ pods: pods("Pending", own) })).pods["c"]?.trouble).toEqual(own);
  });

  test("wake who they are about, and not again for the same words", () => {
    const woken: About[] = [];
    const warnings = new Warnings((about) => woken.push(about));
    warnings.events("Event", [put(), put({ version: 6 }), put({ version: 7, message: "still no space" })]);
    expect(woken).toEqual([1, 2].map(() => ({ kind: "PersistentVolumeClaim", namespace: "n", name: "c-data" })));
  });

  test("of other things, which objects say themselves, are not kept", () => {
    const woken: About[] = [];
    const warnings = new Warnings((about) => woken.push(about));
    warnings.events("Event", [put({ reason: "Unhealthy" }), put({ uid: "" })]);
    expect([said(warnings), woken]).toEqual([undefined, []]);
  });

  test("the newest counts, in whatever order a list has them", () => {
    const warnings = new Warnings(() => {});
    warnings.listBegun();
    warnings.put("Event", [event({ name: "e2", version: 9, message: "new" }), event({ name: "e1", version: 5, message: "old" })]);
    warnings.listComplete("Event", "10");
    expect(said(warnings)?.message).toBe("new");
  });

  test("are forgotten when Kubernetes forgets them, also while nobody watched", () => {
    const warnings = new Warnings(() => {});
    warnings.events("Event", [put()]);
    warnings.events("Event", [{ kind: "gone", object: event() }]);
    expect(said(warnings)).toBeUndefined();
    warnings.events("Event", [put({ version: 8 })]);
    warnings.listBegun();
    warnings.listComplete("Event", "9");
    expect(said(warnings)).toBeUndefined();
  });
});
