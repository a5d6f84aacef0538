// A process for leash.test.ts to kill: starts a part, prints its number, and waits.
import { startPart } from "../part.ts";

const part = await startPart({ name: "sleeper", command: "sleep", args: ["1000"], logFile: process.argv[2] ?? "/dev/null" });
console.log(part.pid);
await part.exited;
