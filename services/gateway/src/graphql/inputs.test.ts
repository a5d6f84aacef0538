import { describe, expect, it } from "vitest";
import { type ClusterSpecInput, toManifest, toSpec } from "./inputs.ts";

/** Reason and path of what is refused. */
function refusal(look: () => unknown): unknown {
  try {
    look();
    return undefined;
  } catch (error) {
    return (error as { problems: readonly { reason: string; path: string }[] }).problems.map(({ reason, path }) => [reason, path])[0];
  }
}

const spec = (fields: Partial<ClusterSpecInput>) => () => toSpec({ app: "queue", ...fields });

describe("a typed spec", () => {
  it("becomes a message", () => {
    const input = { app: "queue", params: { size: 3 }, needs: { a: "other", b: { address: "x:1" } }, roles: [{ role: "server", members: 2, volumes: { data: { size: "1Gi" } }, env: { A: 1, B: null } }] };
    expect(toSpec(input)).toMatchObject({
      params: { size: 3 },
      needs: { a: { binding: { value: "other" } }, b: { binding: { value: { exports: { address: "x:1" } } } } },
      roles: { server: { members: 2, volumes: { data: { size: "1Gi" } }, env: { A: { value: "1" }, B: {} } } },
    });
  });

  it("is refused where something of it would be dropped", () => {
    expect(refusal(spec({ roles: [{ role: "server", volumes: { data: { sise: "1Gi" } } }] }))).toEqual(["FIELD_UNKNOWN", "spec.roles.server.volumes.data.sise"]);
    expect(refusal(spec({ roles: [{ role: "server", volumes: { data: null } }] }))).toEqual(["WRONG_TYPE", "spec.roles.server.volumes.data"]);
    expect(refusal(spec({ roles: [{ role: "server", members: 1 }, { role: "server", members: 2 }] }))).toEqual(["KEY_DUPLICATE", "spec.roles.server"]);
    expect(refusal(spec({ needs: { source: null } }))).toEqual(["WRONG_TYPE", "spec.needs.source"]);
    expect(refusal(spec({ params: [] }))).toEqual(["WRONG_TYPE", "spec.params"]);
  });
});

describe("a manifest", () => {
  it("is refused with half a character, which the wire would change silently", () => {
    expect(refusal(() => toManifest({ text: "a: \ud800" }))).toEqual(["CHARACTER_INVALID", "manifest.text"]);
  });
});
