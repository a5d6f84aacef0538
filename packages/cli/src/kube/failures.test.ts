import { describe, expect, it } from "vitest";
import { failureOf, unreachable } from "./failures.ts";

const asked = { context: "eu", path: "/api/v1/namespaces/shop/pods/etl-master-0/exec?command=ls" };
const status = (message: string) => JSON.stringify({ kind: "Status", message, reason: "Any" });

describe("a refusal of Kubernetes", () => {
  it("tells the right that is missing, and whose context was used", () => {
    const refused = failureOf(403, status('pods "etl-master-0" is forbidden: User "ann" cannot get resource "pods/log" in API group "" in the namespace "shop"'), asked);
    expect(refused).toMatchObject({ kind: "denied", message: 'ann, by context "eu", may not get pods/log in namespace shop' });
  });

  it("tells it of a connection to a pod too, where Kubernetes says nothing", () => {
    expect(failureOf(403, status('pods "etl-master-0" is forbidden: '), asked)).toMatchObject({ kind: "denied", message: expect.stringContaining("may not create pods/exec in namespace shop") });
  });

  it("is told as it is where it is an admission plugin's, or a proxy's", () => {
    expect(failureOf(403, status("no shells on Fridays"), asked)).toMatchObject({ kind: "denied", message: "no shells on Fridays" });
    expect(failureOf(502, "<html>", asked)).toMatchObject({ kind: "unavailable", message: "<html>" });
    expect(failureOf(503, "", asked).message).toContain("503");
  });

  it.each([[401, "unauthenticated"], [404, "not_found"], [409, "conflict"], [400, "invalid"], [429, "unavailable"], [500, "unavailable"]])("of code %d is of kind %s", (code, kind) => {
    expect(failureOf(code, status("x"), asked).kind).toBe(kind);
  });
});

it("a server that does not answer is told with its address, also where a name has several", () => {
  const error = new AggregateError([new Error("connect ECONNREFUSED ::1:6443"), new Error("connect ECONNREFUSED 127.0.0.1:6443")]);
  expect(unreachable(error, "https://localhost:6443", "eu")).toMatchObject({ kind: "unavailable", message: expect.stringMatching(/localhost:6443.*ECONNREFUSED/) });
});
