#!/usr/bin/env node
// Runs on any Node from 20 on: checks that, then loads the bundle if there is one, else the sources, which need types stripped.
import { existsSync } from "node:fs";
import module from "node:module";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20) {
  process.stderr.write(`troupe needs Node 20 or newer; this is ${process.versions.node}\n`);
  process.exit(2);
}
module.enableCompileCache?.();

const bundle = new URL("../dist/troupe.mjs", import.meta.url);
const sources = new URL("../src/run.ts", import.meta.url);
const stripsTypes = major >= 24 || (major === 22 && minor >= 18);
if (existsSync(sources) && stripsTypes && !process.env.TROUPE_CLI_BUNDLE) await import(sources.href);
else if (existsSync(bundle)) await import(bundle.href);
else {
  process.stderr.write("troupe: this Node cannot run the sources; make the bundle first: npm run cli\n");
  process.exit(2);
}
