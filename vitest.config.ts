import { defineConfig } from "vitest/config";

/**
 * unit: beside the code, values and fakes. integration: real PostgreSQL, NATS and kube-apiserver, one service.
 * e2e: the product from outside. nodes: nodes whose containers run; apps: applications on them. All but unit tests run one
 * file at a time: they start servers on two cores.
 */
export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", testTimeout: 30_000, include: ["{packages,services}/*/src/**/*.test.ts", "deploy/local/*.test.ts", "proto/*.test.ts"] } },
      {
        test: {
          name: "integration",
          include: ["{packages,services}/*/test/**/*.test.ts", "deploy/*/test/**/*.test.ts", "deploy/test/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 600_000,
        },
      },
      { test: { name: "e2e", include: ["test/*.test.ts", "test/faults/*.test.ts"], fileParallelism: false, testTimeout: 180_000, hookTimeout: 600_000 } },
      { test: { name: "apps", include: ["test/apps/*.test.ts"], fileParallelism: false, testTimeout: 900_000, hookTimeout: 900_000 } },
      { test: { name: "nodes", include: ["test/{node,pods}/**/*.test.ts"], fileParallelism: false, testTimeout: 180_000, hookTimeout: 900_000 } },
    ],
  },
});
