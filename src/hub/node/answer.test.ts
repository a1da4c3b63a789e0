import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { Requests } from "./requests.ts";
import { hubSettings } from "./settings.ts";

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Answers once with so many bytes, a little after what is said of them, and closes the connection behind them. */
async function closing(sizeBytes: number): Promise<string> {
  const server = createServer((socket: Socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${sizeBytes}\r\nConnection: close\r\n\r\n`);
      setTimeout(() => socket.end(Buffer.alloc(sizeBytes, 7)), 20);
    });
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`;
}

test.each([10, 64 * 1024, 200_000, 3_000_000])(
  "a body of %i bytes waits for its reader, also where the connection is closed meanwhile",
  async (sizeBytes) => {
    const settings = hubSettings({});
    const requests = new Requests(settings);
    const { body } = await requests.send(await closing(sizeBytes), { what: "a file" });
    await new Promise((resolve) => setTimeout(resolve, 100));
    let seen = 0;
    for await (const bytes of body ?? []) seen += bytes.byteLength;
    expect(seen).toBe(sizeBytes);
  },
);
