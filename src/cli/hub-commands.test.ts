import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { FakeConsole } from "../../test/cli-console.ts";
import { type HubServer, hubServer } from "../../test/fixtures/hub-server.ts";
import { commands } from "./commands.ts";
import { runCli } from "./run-cli.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";
let home: string;
let server: HubServer;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "regraft-cache-"));
  server = await hubServer({ repos: { "bees/wings": { commit, files: { "model.onnx": new Uint8Array(3000) } } } });
  vi.stubEnv("HF_ENDPOINT", server.endpoint);
  vi.stubEnv("HF_HUB_CACHE", home);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
  rmSync(home, { recursive: true, force: true });
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
  expect((await regraft("cache")).output).toContain(`Nothing was fetched yet: ${home} holds no model.`);
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
