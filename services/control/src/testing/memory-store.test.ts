import { pipelineContract } from "../../test/pipelines.contract.ts";
import { storeContract } from "../../test/store.contract.ts";
import { memoryStore } from "./memory-store.ts";

storeContract("the store in memory", async () => memoryStore());
pipelineContract("the store in memory", async () => memoryStore());
