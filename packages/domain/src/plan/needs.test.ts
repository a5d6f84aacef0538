import { describe, expect, test } from "vitest";
import { SimulatedTarget } from "../life/testing/world.ts";
import { written } from "../life/testing/written.ts";
import { podOf } from "../render/testing/objects.ts";
import { aSpec } from "../testing.ts";
import { bindNeeds, exportsOf, waitingNeeds } from "./needs.ts";

const provider = written('  secrets: {own: {generate: hex}, tls: {from: {name: "${{ cluster.name }}-tls", key: crt}}}\n  exports: {url: "x://${{ roles.server.hosts(\'p\').join(\',\') }}", password: "${{ secrets.own }}", cert: "${{ secrets.tls }}", again: "${{ exports.password }}"}\n  ports: {p: 1}\n  roles: {server: {members: 2}}\n');
const reader = '  needs: {db: {}, extra: {optional: true}}\n  env: {URL: "${{ needs.db.url }}", P: "${{ needs.db.password }}", Q: "u:${{ needs.db.password }}@", X: "${{ needs.extra == null ? null : needs.extra.url }}"}\n  roles: {server: {members: 1}}\n';
const place = { namespace: "shop", secret: "x-secrets", key: "pw" };

describe("what a cluster offers", () => {
  const target = new SimulatedTarget();
  target.converge(provider);

  test("is text, and of secrets the place where they are: its own, or that of a Secret that was there", () => {
    expect(exportsOf(provider, target.record, "c-secrets-00000001")).toEqual({
      url: "x://c-server-0.c-all.shop.svc.cluster.local:1,c-server-1.c-all.shop.svc.cluster.local:1",
      password: { namespace: "shop", secret: "c-secrets-00000001", key: "own" },
      again: { namespace: "shop", secret: "c-secrets-00000001", key: "own" },
      cert: { namespace: "shop", secret: "c-tls", key: "crt" },
    });
  });

  test("is nothing before it is planned", () => {
    expect(exportsOf(provider, undefined, "s")).toEqual({});
  });
});

describe("a slot", () => {
  const { app } = written(reader, "needs: {db: {url: a, password: b}}", 1, { needs: { db: { kind: "bound", provider: undefined, exports: { url: "a", password: "b" } } } });
  const spec = aSpec({ needs: { db: { kind: "cluster", cluster: "x" } } });

  test("is bound once everything that is read of it is offered, whatever else is", () => {
    expect(bindNeeds(app, spec, {}).db).toMatchObject({ kind: "waiting", provider: "x" });
    expect(bindNeeds(app, spec, { x: { url: "u" } }).db).toMatchObject({ kind: "waiting", message: expect.stringContaining("password") });
    expect(bindNeeds(app, spec, { x: { url: "u", password: place, more: "m" } }, "shop").db).toEqual({ kind: "bound", provider: "x", exports: { url: "u", password: place, more: "m" } });
  });

  test("waits for a secret in another namespace, which no pod could read, but not for one that nobody reads", () => {
    expect(bindNeeds(app, spec, { x: { url: "u", password: { ...place, namespace: "other" } } }, "shop").db).toMatchObject({ kind: "waiting", message: expect.stringContaining("another namespace") });
    expect(bindNeeds(app, spec, { x: { url: "u", password: place, more: { ...place, namespace: "other" } } }, "shop").db?.kind).toBe("bound");
  });

  test("with values is bound at once, and one that is optional may be nothing", () => {
    expect(waitingNeeds({ needs: { a: { kind: "literal", exports: { u: "1" } }, b: { kind: "cluster", cluster: "x" } } }, "why")).toEqual({ a: { kind: "bound", provider: undefined, exports: { u: "1" } }, b: { kind: "waiting", provider: "x", message: "why" } });
    expect(Object.keys(bindNeeds(app, spec, {}))).toEqual(["db"]);
  });
});

describe("a secret of another cluster", () => {
  const cluster = written(reader, "needs: {db: x}", 1, { needs: { db: { kind: "bound", provider: "x", exports: { url: "u", password: place } } } });

  test("is read from where it is: alone, and inside text by a variable that comes before it", () => {
    const valueFrom = { secretKeyRef: { name: "x-secrets", key: "pw" } };
    expect(podOf(cluster).main.env).toEqual([{ name: "TROUPE_SECRET_x_secrets_pw", valueFrom }, { name: "P", valueFrom }, { name: "Q", value: "u:$(TROUPE_SECRET_x_secrets_pw)@" }, { name: "URL", value: "u" }]);
  });

  test("restarts nobody when it moves, as nothing does that another cluster offers", () => {
    const moved = written(reader, "needs: {db: x}", 1, { needs: { db: { kind: "bound", provider: "x", exports: { url: "v", password: { ...place, key: "new" } } } } });
    const target = new SimulatedTarget();
    target.converge(cluster);
    const before = target.log.length;
    target.converge(moved);
    expect(target.podsSince(before)).toEqual([]);
  });
});
