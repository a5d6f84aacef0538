// What is run when the owner of a cluster has died: node sweep.ts FOLDER
import { sweep } from "./leftovers.ts";

await sweep(process.argv[2] ?? "");
