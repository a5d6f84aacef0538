import { chmodSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const outdir = join(import.meta.dirname, "dist");

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
  // grpc-js and commander are CommonJS and ask for Node's own modules by require.
  banner: { js: '#!/usr/bin/env node\nimport { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
});
chmodSync(join(outdir, "troupe.mjs"), 0o755);
console.log("packages/cli/dist/troupe.mjs");
