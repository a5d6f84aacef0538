import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";

const outdir = join(import.meta.dirname, "dist");

/** client-node's own requests are made with it, and ours are not. It needs a newer Node than this command: merely loaded it fails on an older one. */
const withoutUndici: Plugin = {
  name: "without undici",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^undici$/ }, ({ path }) => ({ path, namespace: "left-out" }));
    onLoad({ filter: /^/, namespace: "left-out" }, () => ({ contents: "module.exports = {}" }));
  },
};

// What an earlier one made is named by its content, and would stay for ever.
rmSync(outdir, { recursive: true, force: true });

/** The command as files that any Node from 20 on runs: an entry with the help, and a chunk for what a command loads. */
await build({
  entryPoints: { troupe: join(import.meta.dirname, "src/run.ts") },
  outdir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  minify: true,
  legalComments: "none",
  logLevel: "warning",
  plugins: [withoutUndici],
  // grpc-js and commander are CommonJS and ask for Node's own modules by require.
  banner: { js: '#!/usr/bin/env node\nimport { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
});
chmodSync(join(outdir, "troupe.mjs"), 0o755);
console.log("packages/cli/dist/troupe.mjs");
