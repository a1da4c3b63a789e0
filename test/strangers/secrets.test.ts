import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import { memoryStore } from "../../src/store/memory-store.ts";
import { nodeStore } from "../../src/store/node/node-store.ts";
import { FakeConsole } from "../cli-console.ts";
import { type Fault, type HubServer, hubServer } from "../fixtures/hub-server.ts";
import { writeTrainVal } from "../fixtures/pictures.ts";
import { writeTinyModel } from "../fixtures/tiny-model.ts";
import { type WebServer, webServer } from "../fixtures/web-server.ts";

/** Stands in every secret that there is. */
const mark = "planted7f3a91";
const token = `hf_${mark}`;
const login = `bee:${mark}`;
const base64 = (text: string): string => Buffer.from(text).toString("base64").replace(/=+$/, "");
const marks = [mark, base64(login), base64(token), encodeURIComponent(login)];
const commit = "89abcdef0123456789abcdef0123456789abcdef";

let folder: string;
let hub: HubServer;
let web: WebServer;
/** Where nobody answers. */
let gone: string;
let data: string;
let fault: Fault | undefined;
/** Everything that was printed by anybody. */
let printed = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "regraft-secrets-"));
  const store = memoryStore();
  await writeTinyModel(store, "/tiny");
  const names = ["model.onnx", "config.json", "preprocessor_config.json"];
  const entries = await Promise.all(names.map(async (name) => [name, await store.read(`/tiny/${name}`)] as const));
  const files = Object.fromEntries(entries);
  hub = await hubServer({
    repos: {
      "bees/tiny": { commit, files, token },
      "bees/gated": { commit, files, token: "hf_other", gated: true },
      "bees/private": { commit, files, token: "hf_other" },
    },
    fault: () => fault,
  });
  web = await webServer(Object.fromEntries(entries.map(([name, bytes]) => [`/tiny/${name}`, bytes])));
  const closed = await webServer();
  gone = closed.origin;
  await closed.close();
  data = await writeTrainVal(nodeStore(), join(folder, "data"), { classes: 2, perClass: 4 });
  vi.stubEnv("HF_ENDPOINT", hub.endpoint);
  vi.stubEnv("HF_HOME", join(folder, "hf"));
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "caches"));
  vi.stubEnv("HF_TOKEN", token);
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((text) => {
      printed += text.toString();
      return true;
    });
  }
});
afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await hub.close();
  await web.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  fault = undefined;
  web.oddity = () => undefined;
});

/** Runs a command with every way of telling more. */
async function regraft(...argv: readonly string[]) {
  const console = new FakeConsole({ env: { REGRAFT_DEBUG: "1" } });
  const code = await runCli([...argv, "--debug", "--json"], { commands, version: "1.2.3", console });
  printed += console.output + console.errors;
  return { code, output: console.output, errors: console.errors };
}

/** Names and contents of all files that were written. */
const written = (): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    const isLogin = path === join(folder, "hf", "token");
    return entry.isFile() && !isLogin ? [path, readFileSync(path, "latin1")] : [path];
  });

const leaks = (texts: readonly string[]): readonly string[] =>
  texts.flatMap((text) =>
    marks.flatMap((one) => {
      const at = text.indexOf(one);
      return at < 0 ? [] : [text.slice(Math.max(0, at - 100), at + 100)];
    }),
  );

const logs = ["--tensorboard", "--csv", "--head-epochs", "1", "--tune-epochs", "1", "--batch", "4", "--threads", "1"];
const trained = (model: string, run: string) =>
  regraft("train", data, "--model", model, "--out", join(folder, run), ...logs);
const address = (path = "/tiny/model.onnx") => `${web.origin.replace("//", `//${login}@`)}${path}?sig=${mark}#${mark}`;

test("a run from a hub and one from an address tell and write everything but their secrets", async () => {
  expect(await trained("hf:bees/tiny", "from-hub")).toMatchObject({ code: 0 });
  expect(hub.seen.some(({ authorization }) => authorization === `Bearer ${token}`)).toBe(true);
  expect(await trained(address(), "from-web")).toMatchObject({ code: 0 });
  expect(web.seen.some(({ authorization = "" }) => authorization.includes(base64(login)))).toBe(true);
  vi.stubEnv("HF_TOKEN", "");
  mkdirSync(join(folder, "hf"), { recursive: true });
  writeFileSync(join(folder, "hf", "token"), `${token}\n`);
  rmSync(join(folder, "hf", "hub"), { recursive: true });
  expect(await regraft("models", "pull", "hf:bees/tiny")).toMatchObject({ code: 0 });
  vi.stubEnv("HF_TOKEN", token);
  for (const argv of [
    ["inspect", address()],
    ["models", "pull", address()],
    ["models", "pull", "hf:bees/tiny"],
    ["cache"],
    ["evaluate", join(folder, "from-web"), data],
  ]) {
    await regraft(...argv);
  }
  const all = written();
  for (const name of ["run.json", "report.html", "history.jsonl", "history.csv", "README.md"]) {
    expect(all.filter((path) => path.endsWith(`/${name}`)).length, name).toBeGreaterThan(0);
  }
  expect(all.some((path) => path.includes("tfevents"))).toBe(true);
  expect(leaks([printed, ...all])).toEqual([]);
}, 120_000);

const soon = { "retry-after": "3600" };

const failures: readonly (readonly [name: string, code: number, prepare: () => readonly string[]])[] = [
  ["a repository of somebody else's", 1, () => ["hf:bees/private"]],
  ["a repository that asks for consent", 1, () => ["hf:bees/gated"]],
  ["no repository", 1, () => ["hf:bees/none"]],
  ...[400, 401, 403, 404, 429, 500, 503].flatMap((status) => [
    [
      `a hub that answers ${status}`,
      1,
      () => {
        fault = { status, headers: soon };
        return ["hf:bees/tiny"];
      },
    ] as const,
    [
      `a server that answers ${status}`,
      1,
      () => {
        web.oddity = () => ({ status, headers: soon });
        return [address("/tiny/other.onnx")];
      },
    ] as const,
  ]),
  [
    "a hub that answers with other bytes",
    1,
    () => {
      fault = { bytes: new TextEncoder().encode("<html>") };
      return ["hf:bees/tiny"];
    },
  ],
  [
    "a hub that leads to an address with a secret",
    1,
    () => {
      fault = { status: 302, headers: { location: `http://${login}@elsewhere.invalid/x?sig=${mark}` } };
      return ["hf:bees/tiny"];
    },
  ],
  [
    "a server that leads to an address with a secret",
    1,
    () => {
      web.oddity = () => ({
        status: 302,
        headers: { location: `${gone.replace("http://", `https://${login}@`)}/x?sig=${mark}` },
      });
      return [address("/tiny/other.onnx")];
    },
  ],
  [
    "a server that answers with a page",
    1,
    () => {
      web.oddity = () => "page";
      return [address("/tiny/other.onnx")];
    },
  ],
  ["an address of nothing", 1, () => [address("/tiny/gone.onnx")]],
  ["an address that ends as no model does", 1, () => [address("/tiny/model.exe")]],
  ["an address of a pickle", 1, () => [address("/tiny/model.pth")]],
  ["an address without encryption", 2, () => [`http://${login}@example.com/model.onnx?sig=${mark}`]],
  ["an address with a space", 2, () => [`https://${login}@example.com/my model.onnx?sig=${mark}`]],
  ["an address with a wrong check sum", 2, () => [`${address()}`.replace(`#${mark}`, `#sha256=${mark}`)]],
  ["an address on TensorFlow Hub", 1, () => [`https://${login}@tfhub.dev/google/none/1?sig=${mark}`]],
  ["a hub at an address with a login", 2, () => ["hf:bees/tiny", `https://${login}@hub.invalid`]],
  ["a hub at no address", 2, () => ["hf:bees/tiny", `${login}@hub.invalid`]],
  ["a token of two words", 2, () => ["hf:bees/tiny", "", `${token} ${mark}`]],
];

test.each(failures)("%s is told without a secret", async (_, code, prepare) => {
  const [model = "", endpoint = "", wrong = ""] = prepare();
  if (endpoint !== "") vi.stubEnv("HF_ENDPOINT", endpoint);
  if (wrong !== "") vi.stubEnv("HF_TOKEN", wrong);
  rmSync(join(folder, "hf", "hub"), { recursive: true, force: true });
  try {
    const result = await trained(model, "failed");
    expect(result.code, result.errors).toBe(code);
    expect(result.errors).toContain("error:");
    expect(leaks([printed, ...written()])).toEqual([]);
  } finally {
    vi.stubEnv("HF_ENDPOINT", hub.endpoint);
    vi.stubEnv("HF_TOKEN", token);
  }
});

test("an address that is given in the place of a folder is told without its secrets", async () => {
  for (const argv of [
    ["train", address(), "--model", data, "--out", join(folder, "failed")],
    ["evaluate", address(), address()],
    ["predict", address(), address()],
    ["check", address()],
    ["train", data, "--out", address()],
    ["train", data, "--val", address()],
  ]) {
    const { code, errors } = await regraft(...argv);
    expect(code, errors).toBeGreaterThan(0);
  }
  expect(leaks([printed])).toEqual([]);
});
