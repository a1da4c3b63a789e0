import { createServer } from "node:net";
import { expect, test } from "vitest";
import { Requests } from "./requests.ts";
import { hubSettings } from "./settings.ts";

test("a hub that takes a connection and says nothing is left at once when nobody wants it", async () => {
  const server = createServer((socket) => socket.resume().on("error", () => {}));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const stop = new AbortController();
  const requests = new Requests(hubSettings({ HF_HOME: "/none" }), { signal: stop.signal });
  const asked = requests.send(`http://127.0.0.1:${port}/model.onnx`, { what: "a model" });
  setTimeout(() => stop.abort(), 20);
  await expect(asked).rejects.toMatchObject({ code: "interrupted" });
  const connections = await new Promise<number>((resolve) => {
    setTimeout(() => server.getConnections((_, count) => resolve(count)), 20);
  });
  expect(connections).toBe(0);
  server.close();
});
