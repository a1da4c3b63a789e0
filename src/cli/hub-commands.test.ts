import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { FakeConsole } from "../../test/cli-console.ts";
import { type HubServer, hubServer } from "../../test/fixtures/hub-server.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { type WebServer, webServer } from "../../test/fixtures/web-server.ts";
import { memoryStore } from "../store/memory-store.ts";
import { commands } from "./commands.ts";
import { runCli } from "./run-cli.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";
let home: string;
let caches: string;
let server: HubServer;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "regraft-cache-"));
  caches = mkdtempSync(join(tmpdir(), "regraft-caches-"));
  server = await hubServer({
    repos: {
      "bees/wings": { commit, files: { "model.onnx": new Uint8Array(3000) } },
      "timm/resnet18.tv_in1k": {
        commit,
        files: { "config.json": new Uint8Array(9), "model.safetensors": new Uint8Array(3000) },
      },
    },
  });
  vi.stubEnv("HF_ENDPOINT", server.endpoint);
  vi.stubEnv("HF_HUB_CACHE", home);
  vi.stubEnv("XDG_CACHE_HOME", caches);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
  for (const folder of [home, caches]) rmSync(folder, { recursive: true, force: true });
});

async function regraft(...argv: readonly string[]) {
  const console = new FakeConsole();
  const code = await runCli(argv, { commands, version: "1.2.3", console });
  const { output, errors } = console;
  return {
    code,
    output,
    errors,
    json: () =>
      output
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
  };
}

test("a model is pulled, listed, pruned around and removed", async () => {
  const folder = join(home, "models--bees--wings", "snapshots", commit);
  expect((await regraft("cache")).output).toContain(`Nothing was fetched yet: ${home} and `);
  const pulled = await regraft("models", "pull", "hf:bees/wings", "--json");
  expect(pulled).toMatchObject({ code: 0, errors: "" });
  expect(pulled.json()).toEqual([
    { type: "result", name: "hf:bees/wings", repo: "bees/wings", folder, commit, files: ["model.onnx"] },
  ]);
  const again = await regraft("models", "pull", "hf:bees/wings");
  expect(again.output).toContain(`bees/wings at 01234567 is in ${folder}`);
  const kept = await regraft("cache");
  expect(kept.output).toMatch(/bees\/wings +3\.\d kB/);
  expect((await regraft("cache", "--json")).json()).toMatchObject([
    { type: "repo", repo: "bees/wings", isOurs: true },
    { type: "result", folder: home },
  ]);
  expect((await regraft("cache", "prune")).output).toBe("All that is here is in use.\n");
  expect((await regraft("models", "remove", "hf:bees/wings")).output).toMatch(
    /^bees\/wings is removed: 3\.\d kB are free\.\n$/,
  );
  expect(await regraft("models", "remove", "hf:bees/wings")).toMatchObject({
    code: 1,
    errors: expect.stringContaining("bees/wings is not on this machine."),
  });
});

test.each([
  [["models", "pull", "resnet51"], 2, 'There is no model "resnet51".'],
  [["models", "pull"], 2, "name"],
  [["models", "remove", "hf:bees/wings@main/model.onnx"], 2, "is a part of a repository"],
  [["models", "pull", "hf:bees/none"], 1, "has no bees/none, or not for you (401)."],
  [["models", "resnet51"], 2, 'There is no model "resnet51".'],
])("%j is told what is wrong", async (argv, code, message) => {
  const { errors, ...result } = await regraft(...argv);
  expect(result.code).toBe(code);
  expect(errors).toContain(message);
});

test("what another program fetched is removed by force alone", async () => {
  const folder = join(home, "models--bees--theirs");
  mkdirSync(join(folder, "blobs"), { recursive: true });
  writeFileSync(join(folder, "blobs", "a"), new Uint8Array(2000));
  expect(await regraft("models", "remove", "hf:bees/theirs")).toMatchObject({
    code: 1,
    errors: expect.stringContaining("bees/theirs was fetched by another program, such as Python's huggingface_hub."),
  });
  expect(existsSync(folder)).toBe(true);
  const removed = await regraft("models", "remove", "hf:bees/theirs", "--force", "--json");
  expect(removed.json()).toEqual([{ type: "result", repo: "bees/theirs", freedBytes: 2000 }]);
  expect(existsSync(folder)).toBe(false);
});

test("a handle of TensorFlow Hub pulls the nearest card, which is said", async () => {
  const { code, errors } = await regraft(
    "models",
    "pull",
    "https://tfhub.dev/google/imagenet/resnet_v2_50/classification/5",
  );
  expect(code).toBe(1);
  expect(errors).toContain("the nearest model here is taken: resnet50 (hf:timm/resnet50.tv_in1k).");
  expect(errors).toContain("has no timm/resnet50.tv_in1k");
});

test("a model that is here tells its SHA-256", async () => {
  const shown = await regraft("models", "resnet18");
  expect(shown.output).not.toContain("SHA-256");
  await regraft("models", "pull", "resnet18");
  const sha256 = createHash("sha256").update(new Uint8Array(3000)).digest("hex");
  expect((await regraft("models", "resnet18")).output).toMatch(new RegExp(`SHA-256 +${sha256}`));
  expect((await regraft("models", "resnet18", "--json")).json()).toMatchObject([{ name: "resnet18", sha256 }]);
});

describe("an address", () => {
  let web: WebServer;
  beforeAll(async () => {
    const store = memoryStore();
    await writeTinyModel(store, "/tiny");
    web = await webServer({ "/nets/model.onnx": await store.read("/tiny/model.onnx") });
  });
  afterAll(() => web.close());

  test("is pulled, listed and removed, and its query is shown nowhere", async () => {
    const address = `${web.origin}/nets/model.onnx`;
    const pulled = await regraft("models", "pull", `${address}?sig=planted`);
    expect(pulled).toMatchObject({ code: 0, errors: "" });
    const listed = await regraft("cache");
    expect(listed.output).toMatch(new RegExp(`${address} +[\\d.]+ kB +fetched \\d{4}-`));
    const json = await regraft("cache", "--json");
    expect(json.json()).toContainEqual(expect.objectContaining({ type: "file", address }));
    const before = web.seen.length;
    await regraft("models", "pull", address, "--json");
    await regraft("models", "pull", address, "--json");
    expect(web.seen.filter(({ path, range }) => path === "/nets/model.onnx" && range === undefined).length).toBe(2);
    expect(web.seen.length).toBeGreaterThan(before);
    for (const text of [pulled, listed, json]) expect(JSON.stringify(text)).not.toContain("planted");
    const removed = await regraft("models", "remove", `${address}?sig=planted`);
    expect(removed.output).toMatch(new RegExp(`^${address} is removed: [\\d.]+ kB are free`));
    expect((await regraft("models", "remove", address)).code).toBe(0);
    expect(await regraft("models", "remove", address)).toMatchObject({
      code: 1,
      errors: expect.stringContaining(`${address} is not on this machine.`),
    });
  });

  test.each([
    ["http://example.com/model.onnx?sig=planted", 2, "is not encrypted"],
    ["https://example.com/model.pth?sig=planted", 1, "is a pickle"],
    ["https://planted@example.com/about?sig=planted", 1, "does not end as a model's file does"],
  ])("that cannot be used is refused: %s", async (address, code, message) => {
    const result = await regraft("models", "pull", address);
    expect(result).toMatchObject({ code, errors: expect.stringContaining(message) });
    expect(result.errors).not.toContain("planted");
  });
});

test("Ctrl-C ends a fetch at once, and says so", async () => {
  const web = await webServer({ "/model.onnx": new Uint8Array(3000) });
  web.oddity = () => {
    setTimeout(() => console.press?.(), 10);
    return "silence";
  };
  const console = new FakeConsole();
  const argv = ["train", "photos", "--model", `${web.origin}/model.onnx`];
  const code = await runCli(argv, { commands, version: "1.2.3", console });
  expect(code).toBe(130);
  expect(console.errors).toContain("stopping the fetch\n");
  expect(console.errors).not.toContain("after this step");
  await web.close();
});
