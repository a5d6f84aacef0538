import { expect, test } from "vitest";
import { parseApp } from "../language/app.ts";
import { parseClusterDocument } from "../language/cluster.ts";
import { parseDocument } from "../language/document.ts";
import { plan } from "../plan/plan.ts";
import { someSources } from "../testing.ts";
import { inputsOf } from "./inputs.ts";

const app = parseApp(
  parseDocument(`apiVersion: troupe.dev/v1
kind: App
metadata: {name: thing}
spec:
  version: '1.0'
  image: registry.example/thing:1.0
  secrets: {key: {generate: hex}}
  params: {size: {type: integer, default: 3}}
  env: {A: "x\${{ params.size }}", B: "\${{ secrets.key }}"}
  files: {/etc/a: {text: "m \${{ member.index }}", mode: "0600"}}
  volumes: {data: {path: /data, size: 1Gi}, work: {path: /work, size: 1Gi, keep: pod}}
  roles: {server: {members: 1+, cpu: 1, command: [run, "\${{ member.host }}"], ports: {p: 80}}}
`),
);

test("the hash of a member's inputs is what earlier versions of Troupe made of the same definition: an update of Troupe restarts nobody", () => {
  const { spec } = parseClusterDocument(parseDocument("apiVersion: troupe.dev/v1\nkind: Cluster\nmetadata: {name: c}\nspec: {app: thing}\n"));
  const cluster = plan(someSources({ spec }), app, { domain: "cluster.local" });
  expect(inputsOf(cluster, "server", 0)).toBe("8530a9da0ca170c7b147d05474e88a31d2eddc0b35ac27e672427dd5c7c873e6");
});
