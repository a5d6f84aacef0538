import { connect } from "nats";
import { expect, test } from "vitest";
import { startNats } from "../nats.ts";

async function messagesIn(url: string): Promise<number | undefined> {
  const connection = await connect({ servers: url });
  try {
    const manager = await connection.jetstreamManager();
    return (await manager.streams.info("FACTS")).state.messages;
  } catch {
    return undefined;
  } finally {
    await connection.close();
  }
}

test("a stream is there after a restart and a crash, and is gone after a wipe", async () => {
  const nats = await startNats();
  try {
    const connection = await connect({ servers: nats.url });
    await (await connection.jetstreamManager()).streams.add({ name: "FACTS", subjects: ["facts"] });
    await connection.jetstream().publish("facts");
    await connection.close();
    await nats.restart();
    expect(await messagesIn(nats.url)).toBe(1);
    await nats.kill();
    await nats.start();
    expect(await messagesIn(nats.url)).toBe(1);
    await nats.wipe();
    expect(await messagesIn(nats.url)).toBeUndefined();
  } finally {
    await nats.stop();
  }
});
