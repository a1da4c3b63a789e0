import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Elsewhere, elsewhere } from "../../../test/fixtures/elsewhere.ts";
import { type HubServer, hubServer } from "../../../test/fixtures/hub-server.ts";
import { type WebServer, webServer } from "../../../test/fixtures/web-server.ts";
import { random } from "../../base/random.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";
const rng = random(11);
const weights = Uint8Array.from({ length: 300_000 }, () => rng.int(256));
const digest = createHash("sha256").update(weights).digest("hex");
const config = new TextEncoder().encode("{}");
/** Of the weights, what comes before a process is killed. */
const part = 100_000;

let home: string;
let hub: HubServer | undefined;
let web: WebServer | undefined;
let children: Elsewhere[];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "regraft-two-"));
  children = [];
});
afterEach(async () => {
  for (const child of children) await child.kill();
  await hub?.close();
  await web?.close();
  [hub, web] = [undefined, undefined];
  rmSync(home, { recursive: true, force: true });
});

/** A process that fetches into the cache that all of them share. */
function fetching(name: string): Elsewhere {
  const env = {
    HF_HUB_CACHE: join(home, "hub"),
    HF_HOME: home,
    XDG_CACHE_HOME: home,
    HF_ENDPOINT: hub?.endpoint ?? "",
  };
  const child = elsewhere("fetch-elsewhere.ts", [name], env);
  children.push(child);
  return child;
}

const files = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort();

/** Until something has happened in another process. */
async function until(has: () => boolean): Promise<void> {
  while (!has()) await wait(10);
}

const foundBy = async (child: Elsewhere): Promise<unknown> => JSON.parse((await child.line()) ?? "null");

/** Bytes of a download that is not whole. */
const partial = (folder: string): number =>
  (existsSync(folder) ? files(folder) : [])
    .filter((name) => name.endsWith(".regraft-incomplete"))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

describe("two processes that fetch one repository", () => {
  const repos = { "some/repo": { commit, files: { "config.json": config, "onnx/model.onnx": weights } } };
  const snapshot = () => join(home, "hub", "models--some--repo", "snapshots", commit);
  const bodies = () => hub?.seen.filter(({ method, on }) => method === "GET" && on === "elsewhere") ?? [];

  function expectWhole(): void {
    expect(readFileSync(join(snapshot(), "onnx", "model.onnx")).equals(weights)).toBe(true);
    expect(readFileSync(join(snapshot(), "config.json"), "utf8")).toBe("{}");
    const folder = join(home, "hub", "models--some--repo");
    expect(readFileSync(join(folder, "refs", "main"), "utf8")).toBe(commit);
    expect(readdirSync(join(folder, "blobs"))).toHaveLength(2);
    expect(files(join(home, "hub", ".locks"))).toEqual([]);
  }

  test("at once both have it, and it comes once", async () => {
    hub = await hubServer({ repos });
    const both = [fetching("hf:some/repo"), fetching("hf:some/repo")];
    const found = { folder: snapshot(), commit, files: ["config.json", "onnx/model.onnx"] };
    expect(await Promise.all(both.map(foundBy))).toEqual([found, found]);
    expect(bodies()).toHaveLength(1);
    expectWhole();
  });

  test("of which one is killed half-way: the other goes on from there", async () => {
    hub = await hubServer({
      repos,
      fault: ({ on, method }, nth) =>
        on === "elsewhere" && method === "GET" && nth === 1 ? { stallsAfter: part } : undefined,
    });
    const first = fetching("hf:some/repo");
    await until(() => partial(join(home, "hub")) === part);
    const second = fetching("hf:some/repo");
    // It has asked what there is, and waits for the first.
    await until(() => hub?.seen.filter(({ path }) => path.startsWith("/api/")).length === 2);
    await wait(150);
    expect(bodies()).toHaveLength(1);
    await first.kill();
    expect(await foundBy(second)).toMatchObject({ commit });
    expect(bodies().map(({ range }) => range)).toEqual([undefined, `bytes=${part}-`]);
    expectWhole();
  });
});

describe("two processes that fetch one address", () => {
  const address = () => `${web?.origin}/nets/model.onnx`;
  const bodies = () => web?.seen.filter(({ range }) => range !== "bytes=0-0") ?? [];
  const cache = () => join(home, "regraft", "web");

  function expectWhole(): void {
    const [name = "", ...others] = files(cache()).filter((file) => !file.startsWith(".regraft"));
    expect(others).toEqual([]);
    expect(readFileSync(join(cache(), name)).equals(weights)).toBe(true);
    expect(readdirSync(join(cache(), ".regraft")).map((file) => file.replace(/^[\da-f]+/, "key"))).toEqual([
      "key.json",
    ]);
  }

  test("at once both have it, and it comes once", async () => {
    web = await webServer({ "/nets/model.onnx": weights });
    const both = [fetching(address()), fetching(address())];
    const found = expect.objectContaining({ address: address(), files: ["model.onnx"], sha256: digest });
    expect(await Promise.all(both.map(foundBy))).toEqual([found, found]);
    expect(bodies()).toHaveLength(1);
    expectWhole();
  });

  test("of which one is killed half-way: the other goes on from there", async () => {
    web = await webServer({ "/nets/model.onnx": weights });
    web.oddity = ({ range }, nth) => (range !== "bytes=0-0" && nth === 1 ? { stallsAfter: part } : undefined);
    const first = fetching(address());
    await until(() => partial(cache()) === part);
    const second = fetching(address());
    await wait(1500);
    expect(bodies()).toHaveLength(1);
    await first.kill();
    expect(await foundBy(second)).toMatchObject({ sha256: digest });
    expect(bodies().map(({ range }) => range)).toEqual([undefined, `bytes=${part}-`]);
    expectWhole();
  });
});
