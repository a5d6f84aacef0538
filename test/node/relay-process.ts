// Run by relay.ts in another network: gets a listening socket, and connects what arrives there to the same port here.
import { connect, Server, type Socket } from "node:net";
import { pipeline } from "node:stream";

process.on("message", (port: number, door: unknown) => {
  if (!(door instanceof Server)) throw new Error("a port came without its socket");
  door.on("connection", (outside: Socket) => {
    const inside = connect(port, "127.0.0.1");
    for (const socket of [outside, inside]) socket.setNoDelay(true);
    pipeline(outside, inside, outside, () => {}); // as a broken connection, to both sides
  });
  process.send?.("taken");
});
process.on("disconnect", () => process.exit());
