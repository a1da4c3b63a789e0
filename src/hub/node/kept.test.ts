import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type HubServer, hubServer } from "../../../test/fixtures/hub-server.ts";
import type { Hub } from "../hub.ts";
import { hubReference } from "../reference.ts";
import { RepoFolder } from "./cache.ts";
import { locked } from "./lock.ts";
import { nodeHub } from "./node-hub.ts";

const commits = ["a".repeat(40), "b".repeat(40)] as const;
const weights = (kind: number) => new Uint8Array(20_000).fill(kind);
const text = (content: string) => new TextEncoder().encode(content);

let home: string;
let server: HubServer;
let hub: Hub;
/** What the servers have as main; a test changes it. */
let main: string;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "regraft-kept-"));
  await serve(commits[0]);
});
afterEach(async () => {
  await server.close();
  rmSync(home, { recursive: true, force: true });
});

async function serve(commit: string): Promise<void> {
  main = commit;
  const kind = commits.indexOf(commit as (typeof commits)[number]);
  server = await hubServer({
    repos: {
      "bees/wings": { commit, files: { "config.json": text("{}"), "model.onnx": weights(kind) } },
      "bees/a--b": { commit, files: { "model.onnx": text("small") } },
    },
  });
  hub = nodeHub({ env: { HF_ENDPOINT: server.endpoint, HF_HUB_CACHE: home, XDG_CACHE_HOME: home } });
}

const fetchIt = (name: string) => hub.fetch(hubReference(name), { choose: (files) => files });

test("nothing is kept where nothing was fetched", async () => {
  expect(await hub.kept()).toEqual({
    folder: home,
    repos: [],
    web: { folder: join(home, "regraft", "web"), files: [], cutBytes: 0 },
  });
  expect(await nodeHub({ env: { HF_HUB_CACHE: join(home, "none"), XDG_CACHE_HOME: home } }).kept()).toMatchObject({
    repos: [],
  });
});

test("what was fetched is listed, the largest first; what is no model's is not", async () => {
  await fetchIt("hf:bees/a--b");
  await fetchIt("hf:bees/wings");
  writeFileSync(join(home, "version.txt"), "1");
  const { repos } = await hub.kept();
  expect(repos.map(({ repo, commits: known, isOurs }) => [repo, known, isOurs])).toEqual([
    ["bees/wings", [main], true],
    ["bees/a--b", [main], true],
  ]);
  // Bytes count once, however many names lead to them; lists and refs are small.
  expect(repos[0]?.sizeBytes).toBeGreaterThan(20_000);
  expect(repos[0]?.sizeBytes).toBeLessThan(21_000);
});

test("a repository is removed as a whole, and others stay", async () => {
  await fetchIt("hf:bees/a--b");
  await fetchIt("hf:bees/wings");
  expect(await hub.remove("bees/wings")).toBeGreaterThan(20_000);
  expect((await hub.kept()).repos.map(({ repo }) => repo)).toEqual(["bees/a--b"]);
  expect(await hub.remove("bees/wings")).toBeUndefined();
});

test("what no branch leads to is pruned, with the bytes that only it had, and what was cut", async () => {
  const old = await fetchIt("hf:bees/wings");
  await server.close();
  await serve(commits[1]);
  const fresh = await fetchIt("hf:bees/wings");
  const blobs = join(home, "models--bees--wings", "blobs");
  writeFileSync(join(blobs, `${"c".repeat(64)}.regraft-incomplete`), "half");
  writeFileSync(join(blobs, `${"d".repeat(64)}.incomplete`), "huggingface_hub's");
  expect(await hub.prune()).toBeGreaterThanOrEqual(20_004);
  expect(existsSync(old.folder)).toBe(false);
  expect(readdirSync(blobs).filter((name) => name.length > 64)).toEqual([`${"d".repeat(64)}.incomplete`]);
  expect(await fetchIt("hf:bees/wings")).toEqual(fresh);
  expect(readdirSync(fresh.folder).sort()).toEqual(["config.json", "model.onnx"]);
  expect(await hub.prune()).toBe(0);
});

test("a commit that was asked for by itself is kept", async () => {
  const pinned = await fetchIt(`hf:bees/wings@${main}`);
  await server.close();
  await serve(commits[1]);
  await fetchIt("hf:bees/wings");
  expect(await hub.prune()).toBe(0);
  expect(existsSync(join(pinned.folder, "model.onnx"))).toBe(true);
});

test("nothing is taken of a repository that is being fetched from", async () => {
  await fetchIt("hf:bees/wings");
  await server.close();
  await serve(commits[1]);
  await fetchIt("hf:bees/wings");
  const { lock } = new RepoFolder(home, "bees/wings");
  await locked(lock, async () => {
    expect(await hub.prune()).toBe(0);
    await expect(hub.remove("bees/wings")).rejects.toMatchObject({
      code: "write-failed",
      message: "bees/wings is being fetched by another process.",
    });
  });
  expect(await hub.prune()).toBeGreaterThan(20_000);
});

test("nothing is taken where a branch cannot be read", async () => {
  const old = await fetchIt("hf:bees/wings");
  await server.close();
  await serve(commits[1]);
  await fetchIt("hf:bees/wings");
  writeFileSync(join(home, "models--bees--wings", "refs", "half"), "0123");
  expect(await hub.prune()).toBe(0);
  expect(existsSync(old.folder)).toBe(true);
});

test("what another program fetched is listed and stays", async () => {
  const { folder } = await fetchIt("hf:bees/wings");
  const snapshots = join(folder, "..");
  renameSync(folder, join(snapshots, "f".repeat(40)));
  expect(await hub.prune()).toBe(0);
  rmSync(join(home, "models--bees--wings", ".regraft"), { recursive: true });
  mkdirSync(join(home, "models--gpt2"));
  expect((await hub.kept()).repos.map(({ repo, isOurs }) => [repo, isOurs])).toEqual([
    ["bees/wings", false],
    ["gpt2", false],
  ]);
  expect(await hub.prune()).toBe(0);
});
