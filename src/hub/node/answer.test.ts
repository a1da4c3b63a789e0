import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { Requests } from "./requests.ts";
import { hubSettings } from "./settings.ts";

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Answers with half of what it promises, and cuts the connection. */
async function cutting(sizeBytes: number): Promise<string> {
  return serving((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${sizeBytes}\r\n\r\n`);
    socket.write(Buffer.alloc(sizeBytes / 2, 7), () => setTimeout(() => socket.destroy(), 20));
  });
}

/** Answers once with so many bytes, a little after what is said of them, and closes the connection behind them. */
async function closing(sizeBytes: number): Promise<string> {
  return serving((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${sizeBytes}\r\nConnection: close\r\n\r\n`);
    setTimeout(() => socket.end(Buffer.alloc(sizeBytes, 7)), 20);
  });
}

async function serving(answer: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket: Socket) => {
    socket.on("error", () => {});
    socket.once("data", () => answer(socket));
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`;
}

const asked = (address: string) => new Requests(hubSettings({})).send(address, { what: "a file" });
const late = () => new Promise((resolve) => setTimeout(resolve, 100));

test.each([10, 64 * 1024, 200_000, 3_000_000])(
  "a body of %i bytes waits for its reader, also where the connection is closed meanwhile",
  async (sizeBytes) => {
    const { body } = await asked(await closing(sizeBytes));
    await late();
    let seen = 0;
    for await (const bytes of body ?? []) seen += bytes.byteLength;
    expect(seen).toBe(sizeBytes);
  },
);

test("what came before a connection was cut is there, and then the error", async () => {
  const { body } = await asked(await cutting(400_000));
  await late();
  let seen = 0;
  const reading = (async () => {
    for await (const bytes of body ?? []) seen += bytes.byteLength;
  })();
  await expect(reading).rejects.toThrow();
  expect(seen).toBe(200_000);
});
