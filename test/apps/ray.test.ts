import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOnRealNodes } from "../node/on-real-nodes.ts";
import { eventually } from "../world/eventually.ts";
import { type Stage, startStage } from "./stage.ts";
import { publish, replacePod, start } from "./steps.ts";

/** Sums squares on two workers at once, since no node may have both of a group's bundles; prints who did what. */
const program = `
import ray
from ray.util.placement_group import placement_group
from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

ray.init(logging_level="ERROR", log_to_driver=False)
group = placement_group([{"CPU": 1}] * 2, strategy="STRICT_SPREAD")

@ray.remote(num_cpus=1)
def squares(numbers):
    import socket
    return socket.gethostname(), sum(number * number for number in numbers)

parts = [squares.options(scheduling_strategy=PlacementGroupSchedulingStrategy(group, index)).remote(range(index, 100, 2)) for index in range(2)]
done = ray.get(parts)
print("on", *sorted(host for host, _ in done), "the sum is", sum(part for _, part in done))
`;

const alive = `
import ray
ray.init(address="auto", logging_level="ERROR", log_to_driver=False)
print(*sorted(node["NodeManagerHostname"] for node in ray.nodes() if node["Alive"]))
`;

describeOnRealNodes("Ray on real nodes", () => {
  let stage: Stage;
  let image: string;
  const python = async (text: string) => (await stage.exec("ml", "pool-head-0", "python", "-c", text)).trim();

  beforeAll(async () => {
    stage = await startStage();
    await publish(stage, "ray");
    image = await stage.imageOf("ray");
  });
  afterAll(() => stage?.stop());

  test("a head and two workers become Ready", async () => {
    await start(stage, `{apiVersion: troupe.dev/v1, kind: Cluster, metadata: {name: pool, namespace: ml}, spec: {app: ray@2.54.1, roles: {head: {image: "${image}", memory: 2Gi}, worker: {image: "${image}", members: 2, cpu: 1, memory: 2Gi}}}}`);
    expect(await python(alive)).toBe("pool-head-0 pool-worker-0 pool-worker-1");
  });

  test("tasks run on both workers, as a job that is submitted to the dashboard too", async () => {
    expect(await python(program)).toContain("on pool-worker-0 pool-worker-1 the sum is 328350");
    const job = ["ray", "job", "submit", "--address=http://localhost:8265", "--", "python", "-c", program];
    expect(await stage.exec("ml", "pool-head-0", ...job)).toContain("on pool-worker-0 pool-worker-1 the sum is 328350");
  });

  test("who has not the token is refused", async () => {
    await expect(stage.exec("ml", "pool-head-0", "env", "RAY_AUTH_TOKEN=guessed", "ray", "job", "list", "--address=http://localhost:8265")).rejects.toThrow(/40[13]|nvalid|nauth/);
  });

  test("a worker whose pod is deleted joins again", async () => {
    await replacePod(stage, "ml", "pool-worker-1");
    await eventually("both workers are alive", async () => (await python(alive)) === "pool-head-0 pool-worker-0 pool-worker-1");
    expect(await python(program)).toContain("on pool-worker-0 pool-worker-1 the sum is 328350");
  });
});
