import { main } from "./main.ts";

/** What is run, as sources or as the bundle: the one module that works when it is loaded. */
process.exitCode = await main(process.argv.slice(2));
