import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type HubRepo, type HubServer, type HubServerOptions, hubServer } from "../../../test/fixtures/hub-server.ts";
import { random } from "../../base/random.ts";
import type { FetchProgress } from "../hub.ts";
import { modelFilesOf } from "../model-files.ts";
import { hubReference } from "../reference.ts";
import { type NodeHubOptions, nodeHub } from "./node-hub.ts";
import { hubSettings } from "./settings.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";
const rng = random(7);
const weights = Uint8Array.from({ length: 50_000 }, () => rng.int(256));
const sha = /^[0-9a-f]{64}$/;
const repo: HubRepo = {
  commit,
  files: {
    "README.md": new TextEncoder().encode("not wanted"),
    "config.json": new TextEncoder().encode('{"architecture": "resnet18"}'),
    "onnx/model.onnx": weights,
  },
};

/** Waits that a test does not notice. */
const patience = { attempts: 3, firstWaitMs: 1, mostWaitMs: 2000 };

let home: string;
let server: HubServer | undefined;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "regraft-hub-"));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(home, { recursive: true, force: true });
});

async function serve(options: Partial<HubServerOptions> = {}): Promise<HubServer> {
  server = await hubServer({ repos: { "some/repo": repo }, ...options });
  return server;
}

const choose = (files: readonly string[]) => files.filter((name) => name !== "README.md");

function fetchIt(
  name = "hf:some/repo",
  env: Readonly<Record<string, string>> = {},
  onProgress?: (p: FetchProgress) => void,
) {
  return hubHere({ env }).fetch(hubReference(name), { choose, onProgress });
}

function hubHere({ env, signal }: Pick<NodeHubOptions, "env" | "signal"> = {}) {
  const endpoint = server ? { HF_ENDPOINT: server.endpoint } : {};
  return nodeHub({
    env: { HF_HUB_CACHE: home, HF_HOME: home, XDG_CACHE_HOME: home, ...endpoint, ...env },
    patience,
    signal,
  });
}

/** A cache that nothing was fetched into. */
const elsewhere = () => ({ HF_HUB_CACHE: join(home, "elsewhere") });

const bytesIn = (folder: string, file: string): Buffer => readFileSync(join(folder, file));
const blobs = (): readonly string[] => readdirSync(join(home, "models--some--repo", "blobs")).sort();
const bodies = () => (server?.seen ?? []).filter(({ method, path }) => method === "GET" && !path.startsWith("/api/"));

describe("a repository", () => {
  test("comes into huggingface_hub's cache, as far as it is wanted", async () => {
    await serve();
    const told: FetchProgress[] = [];
    const snapshot = await fetchIt("hf:some/repo", {}, (progress) => told.push(progress));
    const files = ["config.json", "onnx/model.onnx"];
    expect(snapshot).toEqual({ folder: join(home, "models--some--repo", "snapshots", commit), commit, files });
    expect(bytesIn(snapshot.folder, "onnx/model.onnx").equals(weights)).toBe(true);
    expect(readdirSync(snapshot.folder, { recursive: true }).sort()).toEqual([
      "config.json",
      "onnx",
      "onnx/model.onnx",
    ]);
    expect(lstatSync(join(snapshot.folder, "config.json")).isSymbolicLink()).toBe(true);
    expect(
      blobs()
        .map((name) => name.length)
        .sort(),
    ).toEqual([40, 64]);
    expect(readFileSync(join(home, "models--some--repo", "refs", "main"), "utf8")).toBe(commit);
    expect(told.at(-1)).toEqual({ file: "onnx/model.onnx", done: weights.byteLength, total: weights.byteLength });
    expect(readdirSync(join(home, ".locks", "models--some--repo"))).toEqual([]);
  });

  test("is fetched once: then the hub is asked for news alone, and for a commit not at all", async () => {
    const { seen } = await serve();
    await fetchIt();
    seen.length = 0;
    await fetchIt();
    expect(seen.map(({ path }) => path)).toEqual(["/api/models/some/repo/revision/main"]);
    seen.length = 0;
    await fetchIt(`hf:some/repo@${commit}`);
    expect(seen).toEqual([]);
  });

  test("of another commit shares what did not change", async () => {
    const next = "f".repeat(40);
    const changed = { ...repo, commit: next, files: { ...repo.files, "config.json": new Uint8Array([123, 125]) } };
    await serve({ repos: { "some/repo": { ...repo, refs: ["v1"] } } });
    await fetchIt("hf:some/repo@v1");
    await server?.close();
    await serve({ repos: { "some/repo": changed } });
    const { folder } = await fetchIt();
    expect(bodies().map(({ path }) => path)).toEqual([`/some/repo/resolve/${next}/config.json`]);
    expect(bytesIn(folder, "config.json").toString()).toBe("{}");
    expect(blobs().length).toBe(3);
  });

  test("may hold an empty file", async () => {
    await serve({ repos: { "some/repo": { ...repo, files: { "labels.txt": new Uint8Array(0), "a.onnx": weights } } } });
    const { folder } = await fetchIt();
    expect(bytesIn(folder, "labels.txt").byteLength).toBe(0);
  });

  test("that two ask for at the same time is fetched once", async () => {
    await serve();
    const [one, other] = await Promise.all([fetchIt(), fetchIt()]);
    expect(one).toEqual(other);
    expect(bodies().filter(({ on }) => on === "elsewhere").length).toBe(1);
  });

  test("that a process was fetching when it died is gone on with", async () => {
    await serve();
    const { folder } = await fetchIt();
    const [large = ""] = blobs().filter((name) => sha.test(name));
    const blob = join(home, "models--some--repo", "blobs", large);
    writeFileSync(`${blob}.regraft-incomplete`, weights.subarray(0, 30_000));
    writeFileSync(`${blob}.incomplete`, "huggingface_hub's");
    rmSync(blob);
    rmSync(join(folder, "onnx"), { recursive: true });
    server?.seen.splice(0);
    await fetchIt();
    expect(bodies().map(({ range }) => range)).toEqual(["bytes=30000-", "bytes=30000-"]);
    expect(bytesIn(folder, "onnx/model.onnx").equals(weights)).toBe(true);
    expect(readFileSync(`${blob}.incomplete`, "utf8")).toBe("huggingface_hub's");
  });

  test("of which somebody wanted another file is fetched as far as it is wanted now", async () => {
    await serve();
    const reference = hubReference(`hf:some/repo@${commit}`);
    const config = await hubHere().fetch(reference, { choose: () => ["config.json"] });
    expect(config.files).toEqual(["config.json"]);
    expect(await hubHere().find(reference, { choose })).toBeUndefined();
    const { folder, files } = await hubHere().fetch(reference, { choose });
    expect(files).toEqual(["config.json", "onnx/model.onnx"]);
    expect(bytesIn(folder, "onnx/model.onnx").equals(weights)).toBe(true);
  });

  test("that another program fetched is asked about where there is a network, and used where there is none", async () => {
    await serve();
    const reference = hubReference(`hf:some/repo@${commit}`);
    const { folder } = await hubHere().fetch(reference, { choose: () => ["config.json"] });
    rmSync(join(home, "models--some--repo", ".regraft"), { recursive: true });
    expect((await hubHere({ env: { HF_HUB_OFFLINE: "1" } }).fetch(reference, { choose })).files).toEqual([
      "config.json",
    ]);
    expect((await hubHere().fetch(reference, { choose })).files).toEqual(["config.json", "onnx/model.onnx"]);
    expect(bytesIn(folder, "onnx/model.onnx").equals(weights)).toBe(true);
  });

  test("whose bytes are gone is fetched again, though the names are there", async () => {
    await serve();
    const name = `hf:some/repo@${commit}`;
    const { folder } = await fetchIt(name);
    rmSync(join(home, "models--some--repo", "blobs"), { recursive: true });
    await expect(fetchIt(name, { HF_HUB_OFFLINE: "1" })).rejects.toMatchObject({ code: "offline" });
    await fetchIt(name);
    expect(bytesIn(folder, "onnx/model.onnx").equals(weights)).toBe(true);
  });

  test("is no longer fetched when nobody wants it, and gone on with later", async () => {
    await serve({ fault: (seen) => (isLarge(seen) ? { slowly: 10_000 } : undefined) });
    const signal = { aborted: false };
    const fetching = hubHere({ signal }).fetch(hubReference("hf:some/repo"), {
      choose,
      onProgress: ({ file, done }) => {
        if (file === "onnx/model.onnx" && done > 0) signal.aborted = true;
      },
    });
    await expect(fetching).rejects.toMatchObject({ code: "interrupted" });
    server?.seen.splice(0);
    const { folder } = await fetchIt();
    expect(bodies().find(isLarge)?.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(bytesIn(folder, "onnx/model.onnx").equals(weights)).toBe(true);
  });
});

describe("the token", () => {
  test("opens what is not for everybody, and goes to the hub alone", async () => {
    const { seen } = await serve({ repos: { "some/repo": { ...repo, token: "hf_secret" } } });
    await fetchIt("hf:some/repo", { HF_TOKEN: "hf_secret" });
    const [hub, elsewhere] = (["hub", "elsewhere"] as const).map((on) => seen.filter((one) => one.on === on));
    expect(new Set(hub?.map(({ authorization }) => authorization))).toEqual(new Set(["Bearer hf_secret"]));
    expect(elsewhere?.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  test("is the one that a login left", async () => {
    await serve({ repos: { "some/repo": { ...repo, token: "hf_login" } } });
    writeFileSync(join(home, "token"), "hf_login\n");
    await expect(fetchIt()).resolves.toMatchObject({ commit });
  });

  test("that cannot be one is refused without being shown", async () => {
    await serve();
    const error: unknown = await fetchIt("hf:some/repo", { HF_TOKEN: "hf_one\nhf_two" }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: "bad-option", message: expect.stringContaining("token") });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("hf_one");
    expect(server?.seen).toEqual([]);
    expect(hubSettings({ HF_TOKEN: " hf_one\n" }).token).toBe("hf_one");
  });

  test("does not go through a proxy to this machine", async () => {
    await serve();
    const env = { HTTP_PROXY: "http://127.0.0.1:19", HTTPS_PROXY: "http://127.0.0.1:19" };
    await expect(fetchIt("hf:some/repo", env)).resolves.toMatchObject({ commit });
  });

  test("stands in no error", async () => {
    await serve({ repos: { "some/repo": { ...repo, token: "hf_right", gated: true } } });
    const error: unknown = await fetchIt("hf:some/repo", { HF_TOKEN: "hf_wrong" }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "access-denied", hint: expect.stringContaining("HF_TOKEN is sent") });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("hf_wrong");
  });
});

const isLarge = ({ on, method }: { readonly on: string; readonly method: string }) =>
  on === "elsewhere" && method === "GET";

describe("on a bad day", () => {
  test("a connection that is cut is gone on with from there", async () => {
    await serve({ fault: (seen, nth) => (isLarge(seen) && nth < 4 ? { cutAfter: 15_000 } : undefined) });
    const { folder } = await fetchIt();
    const ranges = bodies().flatMap(({ on, range }) => (on === "elsewhere" ? [range] : []));
    expect(ranges).toEqual([undefined, "bytes=15000-", "bytes=30000-", "bytes=45000-"]);
    expect(bytesIn(folder, "onnx/model.onnx").equals(weights)).toBe(true);
  });

  test("a hub that sends all where a part was asked for is listened to from the start", async () => {
    await serve({
      fault: (seen, nth) => (isLarge(seen) ? (nth === 1 ? { cutAfter: 15_000 } : { ignoresRange: true }) : undefined),
    });
    const { folder } = await fetchIt();
    expect(bytesIn(folder, "onnx/model.onnx").equals(weights)).toBe(true);
  });

  test("a connection that brings nothing is not tried for ever", async () => {
    await serve({ fault: (seen) => (isLarge(seen) ? { cutAfter: 0 } : undefined) });
    await expect(fetchIt()).rejects.toMatchObject({ code: "unreachable", message: expect.stringContaining("cut") });
    expect(bodies().filter(isLarge).length).toBe(patience.attempts);
  });

  test("other bytes are refused, and none of them stays", async () => {
    await serve({ fault: (seen) => (isLarge(seen) ? { bytes: weights.map((byte) => byte ^ 1) } : undefined) });
    await expect(fetchIt()).rejects.toMatchObject({
      code: "bad-download",
      message: "some/repo/onnx/model.onnx did not come as it is on the hub: its checksum differs.",
    });
    expect(blobs().filter((name) => name.length !== 40)).toEqual([]);
  });

  test.each([
    ["too many", new Uint8Array(60_000), /^some\/repo\/onnx\/model\.onnx came as \d+ bytes, and should have 50000\.$/],
    ["too few", new Uint8Array(40_000), /^some\/repo\/onnx\/model\.onnx came as 40000 bytes, and should have 50000\.$/],
  ])("%s bytes are refused", async (_, bytes, message) => {
    await serve({ fault: (seen) => (isLarge(seen) ? { bytes } : undefined) });
    await expect(fetchIt()).rejects.toMatchObject({ code: "bad-download", message: expect.stringMatching(message) });
  });

  test("a hub that is busy is given the time that it asks for", async () => {
    await serve({ fault: (_, nth) => (nth === 1 ? { status: 429, headers: { "retry-after": "0" } } : undefined) });
    await expect(fetchIt()).resolves.toMatchObject({ commit });
    await server?.close();
    await serve({ fault: () => ({ status: 429, headers: { "retry-after": "3600" } }) });
    await expect(fetchIt("hf:some/repo", elsewhere())).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("too many requests (429)"),
      hint: "Try again in 3600 seconds: it asks for that. With a token (HF_TOKEN) more are allowed.",
    });
    await server?.close();
    await serve({ fault: () => ({ status: 503, headers: { "retry-after": "3600" } }) });
    await expect(fetchIt("hf:some/repo", elsewhere())).rejects.toMatchObject({
      message: expect.stringContaining("answers 503 for some/repo"),
      hint: "Try again in 3600 seconds: it asks for that.",
    });
  });

  test("a list of files that is cut is asked for again", async () => {
    await serve({
      fault: ({ path }, nth) => (path.startsWith("/api/") && nth === 1 ? { cutAfter: 10 } : undefined),
    });
    await expect(fetchIt()).resolves.toMatchObject({ commit });
  });

  test.each([403, 404, 503])(
    "where the hub keeps its files answers %i: that is told of it, not of the hub",
    async (status) => {
      const { endpoint } = await serve({ fault: (seen) => (isLarge(seen) ? { status } : undefined) });
      const error: unknown = await fetchIt().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: "unreachable",
        message: expect.stringContaining(` answers ${status} for some/repo/onnx/model.onnx.`),
      });
      expect(String(error)).not.toContain(new URL(endpoint).host);
    },
  );

  test("a hub that fails is asked again, but not for ever", async () => {
    await serve({ fault: ({ on }, nth) => (on === "hub" && nth < 3 ? { status: 503 } : undefined) });
    await expect(fetchIt()).resolves.toMatchObject({ commit });
    await server?.close();
    const { seen } = await serve({ fault: () => ({ status: 500 }) });
    await expect(fetchIt("hf:some/repo", elsewhere())).rejects.toMatchObject({
      code: "unreachable",
      message: /answers 500 for some\/repo\.$/,
    });
    expect(seen.length).toBe(patience.attempts);
  });

  test("a hub that leads to an address without encryption is not followed", async () => {
    const { seen } = await serve({
      fault: () => ({ status: 302, headers: { location: "http://elsewhere.invalid/x" } }),
    });
    await expect(fetchIt()).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("leads to elsewhere.invalid without encryption"),
    });
    expect(seen.length).toBe(1);
  });

  test("a hub that leads in a circle is left", async () => {
    await serve({ fault: () => ({ status: 307, headers: { location: "/api/models/some/repo/revision/main" } }) });
    await expect(fetchIt()).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("without an end"),
    });
  });

  test("nobody there: says what to do", async () => {
    const { endpoint } = await serve();
    await server?.close();
    server = undefined;
    await expect(fetchIt("hf:some/repo", { HF_ENDPOINT: endpoint })).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringMatching(/^127\.0\.0\.1:\d+ cannot be reached: it does not answer \(ECONNREFUSED\)\.$/),
      hint: expect.stringContaining("HF_HUB_OFFLINE=1"),
    });
  });

  test("a cache that cannot be written says so", async () => {
    await serve();
    writeFileSync(join(home, "file"), "");
    await expect(fetchIt("hf:some/repo", { HF_HUB_CACHE: join(home, "file", "hub") })).rejects.toMatchObject({
      code: "write-failed",
    });
  });

  test("names that lead out of the folder are refused", async () => {
    for (const name of ["../evil.onnx", "a/../../evil.onnx", "/etc/evil", "C:\\evil", "a//b"]) {
      await serve({ repos: { "some/repo": { ...repo, files: { [name]: weights } } } });
      await expect(fetchIt()).rejects.toMatchObject({
        code: "unreachable",
        message: `some/repo has a file "${name}", which would lie outside of its folder.`,
      });
      await server?.close();
    }
  });
});

test("what answers, and is no hub, is told as such", async () => {
  await serve({ repos: { "some/repo": { ...repo, commit: "not a commit" } } });
  await expect(fetchIt()).rejects.toMatchObject({
    code: "unreachable",
    message: expect.stringContaining("does not answer as a hub does"),
  });
});

describe("what is not there", () => {
  test.each([
    ["a repository", "hf:some/other", "no-such-repo", /has no some\/other, or not for you \(401\)\.$/],
    ["a revision", "hf:some/repo@v9", "no-such-repo", /^some\/repo has no such revision\.$/],
  ])("%s", async (_, name, code, message) => {
    await serve();
    await expect(fetchIt(name)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

describe("without the network", () => {
  const offline = { HF_HUB_OFFLINE: "1" };

  test("what was fetched is there, and nobody is asked", async () => {
    const { seen } = await serve();
    const online = await fetchIt();
    seen.length = 0;
    expect(await fetchIt("hf:some/repo", offline)).toEqual(online);
    expect(seen).toEqual([]);
  });

  test("is found where it was fetched, and only then", async () => {
    const { endpoint } = await serve();
    const hub = nodeHub({ env: { HF_HUB_CACHE: home, HF_ENDPOINT: endpoint } });
    const wanted = (files: readonly string[]) => modelFilesOf(hubReference("hf:some/repo"), files);
    expect(await hub.find(hubReference("hf:some/repo"), { choose: wanted })).toBeUndefined();
    const snapshot = await hub.fetch(hubReference("hf:some/repo"), { choose: wanted });
    server?.seen.splice(0);
    expect(await hub.find(hubReference("hf:some/repo"), { choose: wanted })).toEqual(snapshot);
    expect(server?.seen).toEqual([]);
  });

  test("what was not says what to do", async () => {
    await expect(fetchIt("hf:other/repo@v2", offline)).rejects.toMatchObject({
      code: "offline",
      message: "other/repo at v2 is not on this machine.",
      hint: expect.stringContaining(home),
    });
  });
});

test.each([
  [{}, "/home/bee/.cache/huggingface/hub"],
  [{ XDG_CACHE_HOME: "/x" }, "/x/huggingface/hub"],
  [{ XDG_CACHE_HOME: "/x", HF_HOME: "/h" }, "/h/hub"],
  [{ HF_HOME: "/h", HUGGINGFACE_HUB_CACHE: "/old" }, "/old"],
  [{ HF_HOME: "/h", HUGGINGFACE_HUB_CACHE: "/old", HF_HUB_CACHE: "/new" }, "/new"],
])("with %j the cache is %s", (env, expected) => {
  expect(hubSettings(env, "/home/bee").cacheFolder).toBe(expected);
});

test("a proxy may be named without a scheme; what is no address is told without being shown", async () => {
  const { httpsProxy, httpProxy } = hubSettings({ https_proxy: "proxy:8080", HTTP_PROXY: "socks5://proxy:1" });
  expect([httpsProxy, httpProxy]).toEqual(["http://proxy:8080", "socks5://proxy:1"]);
  const error: unknown = await fetchIt("hf:some/repo", { HTTPS_PROXY: "http://bee:secret@" }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: "unreachable", message: expect.stringContaining("HTTPS_PROXY") });
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("secret");
});

test.each(["ftp://x", "http://hub.example.com", "hub.example.com"])("HF_ENDPOINT is not %s", (endpoint) => {
  expect(() => hubSettings({ HF_ENDPOINT: endpoint })).toThrow(expect.objectContaining({ code: "bad-option" }));
});

test("HF_ENDPOINT may end in a slash, and is the Hub where nothing is said", () => {
  expect(hubSettings({ HF_ENDPOINT: "https://mirror.example.com/" }).endpoint).toBe("https://mirror.example.com");
  expect(hubSettings({}).endpoint).toBe("https://huggingface.co");
});

test.each([
  "https://bee:secret@hub.example",
  "https://hub.example/?sig=secret",
  "bee:secret@hub.example",
  "http://bee:secret@hub.example",
])("HF_ENDPOINT %s is refused, and no secret in it is shown", (HF_ENDPOINT) => {
  expect(() => hubSettings({ HF_ENDPOINT })).toThrow(
    expect.objectContaining({ code: "bad-option", message: expect.not.stringContaining("secret") }),
  );
});
