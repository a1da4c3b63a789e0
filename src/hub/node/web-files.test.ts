import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type HubServer, hubServer } from "../../../test/fixtures/hub-server.ts";
import { type WebSeen, type WebServer, webServer } from "../../../test/fixtures/web-server.ts";
import { random } from "../../base/random.ts";
import type { Beside, FetchProgress, WebFetchOptions } from "../hub.ts";
import { webAddress } from "../web-address.ts";
import { nodeHub } from "./node-hub.ts";

const bytesOf = (seed: number, count = 50_000): Uint8Array => {
  const rng = random(seed);
  return Uint8Array.from({ length: count }, () => rng.int(256));
};
const weights = bytesOf(7);
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Waits that a test does not notice. */
const patience = { attempts: 3, firstWaitMs: 1, mostWaitMs: 2000 };

let home: string;
let server: WebServer;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "regraft-web-"));
  server = await webServer({ "/nets/model.onnx": weights });
});
afterEach(async () => {
  await server.close();
  rmSync(home, { recursive: true, force: true });
});

type Given = Partial<WebFetchOptions> & {
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
};

const hubHere = ({ env, signal }: Pick<Given, "env" | "signal"> = {}) =>
  nodeHub({ env: { XDG_CACHE_HOME: home, HF_HOME: join(home, "hf"), ...env }, patience, signal });

const nothing: Beside = { needed: [], welcome: [] };

function fetchIt(path = "/nets/model.onnx", { env, signal, ...options }: Given = {}) {
  const address = webAddress(path.startsWith("http") ? path : `${server.origin}${path}`);
  return hubHere({ ...(env ? { env } : {}), ...(signal ? { signal } : {}) }).fetchFile(address, {
    beside: async () => nothing,
    ...options,
  });
}

const web = () => join(home, "regraft", "web");
const hostFolder = () => join(web(), server.origin.slice("http://".length).replace(":", "+"));
/** What lies in the cache besides records. */
const kept = (): readonly string[] =>
  existsSync(web())
    ? readdirSync(web(), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.parentPath.includes(".regraft"))
        .map(({ name }) => name)
        .sort()
    : [];
const isBody = ({ range }: WebSeen): boolean => range !== "bytes=0-0";
const bodies = () => server.seen.filter(isBody);
const thrown = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);
/** All that an error says, but for the files that it went through. */
const told = (error: unknown): string =>
  JSON.stringify(
    error,
    Object.getOwnPropertyNames(error).filter((name) => name !== "stack"),
  );

describe("a file of the web", () => {
  test("comes into a folder as its address has it, by GET alone, and is told of", async () => {
    const progress: FetchProgress[] = [];
    const found = await fetchIt("/nets/model.onnx", { onProgress: (one) => progress.push(one) });
    expect(found).toEqual({
      address: `${server.origin}/nets/model.onnx`,
      folder: join(hostFolder(), "nets"),
      files: ["model.onnx"],
      sha256: sha256(weights),
    });
    expect(readFileSync(join(found.folder, "model.onnx")).equals(weights)).toBe(true);
    expect(progress.at(-1)).toEqual({ file: "model.onnx", done: 50_000, total: 50_000 });
    expect(new Set(server.seen.map(({ method }) => method))).toEqual(new Set(["GET"]));
    expect(readdirSync(join(web(), ".regraft")).length).toBe(1);
  });

  test("is fetched once; anew where that is asked for", async () => {
    await fetchIt();
    server.seen.length = 0;
    await fetchIt();
    expect(server.seen).toEqual([]);
    server.files.set("/nets/model.onnx", bytesOf(8));
    expect((await fetchIt("/nets/model.onnx", { anew: true })).sha256).toBe(sha256(bytesOf(8)));
    expect((await fetchIt()).sha256).toBe(sha256(bytesOf(8)));
  });

  test("is fetched again where it is gone, or not as it was", async () => {
    const { folder } = await fetchIt();
    writeFileSync(join(folder, "model.onnx"), "short");
    await fetchIt();
    expect(readFileSync(join(folder, "model.onnx")).equals(weights)).toBe(true);
  });

  test("that two ask for at the same time is fetched once", async () => {
    expect(await fetchIt()).toEqual((await Promise.all([fetchIt(), fetchIt()]))[1]);
    expect(bodies().length).toBe(1);
  });

  test("comes with those beside it, the model last; what is welcome may be missing", async () => {
    server.files.set("/nets/parts/a b.bin", text("ab"));
    server.files.set("/nets/labels.txt", text("cat"));
    const beside = async (path: string): Promise<Beside> => {
      expect(readFileSync(path).equals(weights)).toBe(true);
      return { needed: ["parts/a b.bin"], welcome: ["labels.txt", "config.json"] };
    };
    // Servers of apps answer anything with their page, other stores what they do not have with 403.
    server.files.set("/nets/preprocessor_config.json", text("<!doctype html>"));
    server.files.delete("/nets/parts/a b.bin");
    server.files.set("/nets/parts/a%20b.bin", text("ab"));
    const welcome = ["labels.txt", "config.json", "preprocessor_config.json", "page.json", "secret.json"];
    server.oddity = ({ path }) =>
      path.endsWith("page.json") ? "page" : path.endsWith("secret.json") ? { status: 403 } : undefined;
    const { files, folder } = await fetchIt("/nets/model.onnx", {
      beside: async (path) => ({ ...(await beside(path)), welcome }),
    });
    expect(files).toEqual(["parts/a b.bin", "labels.txt", "model.onnx"]);
    expect(readFileSync(join(folder, "parts", "a b.bin"), "utf8")).toBe("ab");
    expect(kept()).toEqual(["a b.bin", "labels.txt", "model.onnx"]);
  });

  test("of which a needed one is missing is not here at all", async () => {
    const wants = { beside: async () => ({ needed: ["a.bin"], welcome: [] }) };
    await expect(fetchIt("/nets/model.onnx", wants)).rejects.toMatchObject({
      code: "no-such-address",
      message: `There is nothing at ${server.origin}/nets/a.bin (404).`,
    });
    expect(kept()).toEqual([]);
    server.files.set("/nets/a.bin", text("a"));
    server.seen.length = 0;
    await fetchIt("/nets/model.onnx", wants);
    // What had come is not fetched again.
    expect(bodies().map(({ path }) => path)).toEqual(["/nets/a.bin"]);
  });

  test.each(["../evil.bin", "/etc/evil", "https://example.com/x.bin", "a\\b", "model.onnx"])(
    "that names %s beside it is refused",
    async (name) => {
      await expect(
        fetchIt("/nets/model.onnx", { beside: async () => ({ needed: [name], welcome: [] }) }),
      ).rejects.toMatchObject({ code: "bad-external-data" });
      expect(kept()).toEqual([]);
    },
  );

  test("of another version takes the whole place of the one before", async () => {
    server.files.set("/nets/a.bin", text("a"));
    server.files.set("/nets/b.bin", text("b"));
    await fetchIt("/nets/model.onnx", { beside: async () => ({ needed: ["a.bin"], welcome: [] }) });
    await fetchIt("/nets/model.onnx", { anew: true, beside: async () => ({ needed: ["b.bin"], welcome: [] }) });
    expect(kept()).toEqual(["b.bin", "model.onnx"]);
  });
});

describe("its checksum", () => {
  test("is looked at where the address has one", async () => {
    const right = `/nets/model.onnx#sha256=${sha256(weights)}`;
    expect((await fetchIt(right)).sha256).toBe(sha256(weights));
    server.seen.length = 0;
    await fetchIt(right);
    expect(server.seen).toEqual([]);
    await expect(fetchIt(`/nets/model.onnx#sha256=${"0".repeat(64)}`)).rejects.toMatchObject({
      code: "bad-download",
      message: `${server.origin}/nets/model.onnx is not the file that #sha256 names: its SHA-256 is ${sha256(weights)}.`,
    });
    // What is here stays.
    expect(kept()).toEqual(["model.onnx"]);
  });

  test("that differs from what is here makes it be fetched again", async () => {
    await fetchIt();
    server.files.set("/nets/model.onnx", bytesOf(8));
    const { folder } = await fetchIt(`/nets/model.onnx#sha256=${sha256(bytesOf(8))}`);
    expect(readFileSync(join(folder, "model.onnx")).equals(bytesOf(8))).toBe(true);
  });
});

describe("a cut download", () => {
  test("is gone on with, in this call and in the next", async () => {
    server.oddity = (seen, nth) => (isBody(seen) && nth < 3 ? { cutAfter: 15_000 } : undefined);
    await fetchIt();
    expect(bodies().map(({ range }) => range)).toEqual([undefined, "bytes=15000-", "bytes=30000-"]);
    server.seen.length = 0;
    server.files.set("/nets/model.onnx", bytesOf(8));
    server.oddity = (seen) => (isBody(seen) ? (seen.range ? { status: 404 } : { cutAfter: 15_000 }) : undefined);
    await expect(fetchIt("/nets/model.onnx", { anew: true })).rejects.toMatchObject({ code: "no-such-address" });
    server.oddity = () => undefined;
    server.seen.length = 0;
    expect((await fetchIt("/nets/model.onnx", { anew: true })).sha256).toBe(sha256(bytesOf(8)));
    expect(bodies().map(({ range }) => range)).toEqual(["bytes=15000-"]);
  });

  test("is not gone on with by the bytes of another version", async () => {
    server.oddity = (seen) => (isBody(seen) ? (seen.range ? { status: 404 } : { cutAfter: 15_000 }) : undefined);
    await thrown(fetchIt());
    server.oddity = () => undefined;
    server.files.set("/nets/model.onnx", bytesOf(8));
    server.seen.length = 0;
    expect((await fetchIt()).sha256).toBe(sha256(bytesOf(8)));
    expect(bodies().map(({ range }) => range)).toEqual([undefined]);
  });

  test("of a file that is replaced meanwhile begins again", async () => {
    server.oddity = (seen, nth) => {
      if (!isBody(seen)) return undefined;
      if (nth === 2) server.files.set("/nets/model.onnx", bytesOf(8));
      return nth === 1 ? { cutAfter: 15_000 } : undefined;
    };
    expect((await fetchIt()).sha256).toBe(sha256(bytesOf(8)));
    expect(bodies().map(({ range }) => range)).toEqual([undefined, "bytes=15000-", undefined]);
  });

  test("of a file that is always another one is given up", async () => {
    let version = 10;
    server.oddity = () => {
      server.files.set("/nets/model.onnx", bytesOf(version++));
      return undefined;
    };
    await expect(fetchIt()).rejects.toMatchObject({
      code: "bad-download",
      message: `${server.origin}/nets/model.onnx was replaced while it was fetched.`,
    });
    expect(kept()).toEqual([]);
  });

  test("of which nothing tells the version begins again", async () => {
    server.oddity = (seen, nth) => (isBody(seen) && nth === 1 ? { cutAfter: 15_000 } : "no-validators");
    expect((await fetchIt()).sha256).toBe(sha256(weights));
    expect(bodies().map(({ range }) => range)).toEqual([undefined, "bytes=15000-", undefined]);
    expect(readdirSync(join(web(), ".regraft")).some((name) => name.endsWith(".parts"))).toBe(false);
  });

  test("is taken away by prune, and counted before", async () => {
    server.oddity = (seen) => (isBody(seen) ? (seen.range ? { status: 404 } : { cutAfter: 15_000 }) : undefined);
    await thrown(fetchIt());
    expect((await hubHere().kept()).web).toEqual({ folder: web(), files: [], cutBytes: 15_000 });
    expect(await hubHere().prune()).toBe(15_000);
    expect((await hubHere().kept()).web.cutBytes).toBe(0);
    expect(await hubHere().prune()).toBe(0);
  });
});

describe("a server", () => {
  test("may send all where a part was asked for", async () => {
    server.oddity = () => "ignores-range";
    expect((await fetchIt()).sha256).toBe(sha256(weights));
  });

  test.each(["chunked", "until-close"] as const)("that tells no length (%s) is refused weights", async (oddity) => {
    server.oddity = () => oddity;
    await expect(fetchIt()).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("does not say how large"),
      hint: expect.stringContaining("Download the file in another way"),
    });
  });

  test("that tells no length may send a description in chunks, which have an end", async () => {
    server.files.set("/tm/model.json", text('{"a": 1}'));
    server.oddity = () => "chunked";
    const { folder } = await fetchIt("/tm/model.json");
    expect(readFileSync(join(folder, "model.json"), "utf8")).toBe('{"a": 1}');
    server.oddity = () => "until-close";
    await expect(fetchIt("/tm/model.json", { anew: true })).rejects.toMatchObject({ code: "unreachable" });
  });

  test("that answers with a page is told as such", async () => {
    server.oddity = () => "page";
    await expect(fetchIt()).rejects.toMatchObject({
      code: "no-such-address",
      message: expect.stringContaining(`answers with a web page in place of ${server.origin}/nets/model.onnx`),
    });
  });

  test.each([
    [404, "no-such-address"],
    [410, "no-such-address"],
    [400, "no-such-address"],
    [401, "access-denied"],
    [403, "access-denied"],
    [429, "unreachable"],
    [503, "unreachable"],
  ])("that answers %i: %s, without a word of hubs, tokens and repositories", async (status, code) => {
    server.oddity = () => ({ status });
    const error = await thrown(fetchIt("/nets/model.onnx?sig=secret", { env: { HF_TOKEN: "hf_secret" } }));
    expect(error).toMatchObject({ code, message: expect.stringContaining("127.0.0.1") });
    expect(told(error)).not.toMatch(/HF_|repositor|hub|secret/);
  });

  test("that is not there is told without a word of hubs", async () => {
    await server.close();
    const error = await thrown(fetchIt("/nets/model.onnx?sig=secret"));
    expect(error).toMatchObject({ code: "unreachable", message: expect.stringContaining("it does not answer") });
    expect(told(error)).not.toMatch(/HF_|secret/);
    server = await webServer();
  });

  test("without encryption is not asked, nor led to", async () => {
    await expect(fetchIt("http://example.com/model.onnx?sig=secret")).rejects.toMatchObject({
      code: "bad-option",
      message: "http://example.com/model.onnx is not encrypted: what comes could be changed on its way.",
    });
    server.oddity = () => ({ status: 302, headers: { location: "http://bee:secret@elsewhere.invalid/x?sig=secret" } });
    const error = await thrown(fetchIt());
    expect(error).toMatchObject({ message: expect.stringContaining("leads to elsewhere.invalid without encryption") });
    expect(told(error)).not.toContain("secret");
  });

  test("may lead elsewhere, which does not learn the login", async () => {
    const other = await webServer({ "/blob": weights });
    server.oddity = () => ({ status: 302, headers: { location: `${other.origin}/blob?sig=secret` } });
    const { folder } = await fetchIt(`${server.origin.replace("//", "//bee:p%40ss@")}/nets/model.onnx`);
    expect(readFileSync(join(folder, "model.onnx")).equals(weights)).toBe(true);
    const basic = `Basic ${Buffer.from("bee:p@ss").toString("base64")}`;
    expect(new Set(server.seen.map(({ authorization }) => authorization))).toEqual(new Set([basic]));
    expect(new Set(other.seen.map(({ authorization }) => authorization))).toEqual(new Set([undefined]));
    await other.close();
  });
});

describe("secrets", () => {
  let hub: HubServer;
  beforeEach(async () => {
    hub = await hubServer({ repos: {} });
  });
  afterEach(() => hub.close());

  test("a hub's token goes to no address, not even one that leads to the hub", async () => {
    const env = { HF_TOKEN: "hf_secret", HF_ENDPOINT: hub.endpoint };
    await fetchIt("/nets/model.onnx", { env });
    server.oddity = () => ({ status: 302, headers: { location: `${hub.endpoint}/some/model.onnx` } });
    await thrown(fetchIt("/nets/other.onnx", { env }));
    expect(hub.seen.length).toBe(1);
    expect([...server.seen, ...hub.seen].filter(({ authorization }) => authorization !== undefined)).toEqual([]);
  });

  test("neither query nor login is kept; a query is a place of its own, and goes to the files beside", async () => {
    server.files.set("/nets/a.bin", text("a"));
    const beside = async (): Promise<Beside> => ({ needed: ["a.bin"], welcome: [] });
    const one = await fetchIt("/nets/model.onnx?sig=planted", { beside });
    const other = await fetchIt("/nets/model.onnx?sig=other", { beside });
    expect(one.folder).not.toBe(other.folder);
    expect(server.seen.map(({ path }) => path).filter((path) => path.includes("a.bin"))).toContain(
      "/nets/a.bin?sig=planted",
    );
    const login = server.origin.replace("//", "//bee:planted@");
    await fetchIt(`${login}/nets/model.onnx`);
    const entries = readdirSync(home, { recursive: true, withFileTypes: true });
    const texts = entries.flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      return entry.isFile() ? [path, readFileSync(path, "latin1")] : [path];
    });
    expect(texts.length).toBeGreaterThan(6);
    expect(texts.filter((found) => found.includes("planted"))).toEqual([]);
  });
});

describe("what is kept", () => {
  test("is listed without queries, counted and removed, with the folders that are empty then", async () => {
    server.files.set("/nets/labels.txt", text("cat"));
    server.files.set("/nets/second.onnx", text("small"));
    const beside = async (): Promise<Beside> => ({ needed: [], welcome: ["labels.txt"] });
    await fetchIt("/nets/model.onnx?sig=planted", { beside });
    await fetchIt("/nets/second.onnx", { beside });
    await fetchIt("/nets/model.onnx", { beside });
    const { files } = (await hubHere().kept()).web;
    expect(files.map(({ address, sizeBytes }) => [address.slice(server.origin.length), sizeBytes])).toEqual([
      ["/nets/model.onnx", 50_003],
      ["/nets/model.onnx", 50_003],
      ["/nets/second.onnx", 8],
    ]);
    expect(new Date(files[0]?.fetched ?? "").getTime()).toBeGreaterThan(Date.now() - 60_000);
    const remove = (path: string) => hubHere().removeFile(webAddress(`${server.origin}${path}`));
    // What another model is read with stays.
    expect(await remove("/nets/model.onnx")).toBe(50_000);
    expect(kept()).toEqual(["labels.txt", "labels.txt", "model.onnx", "second.onnx"]);
    expect(await remove("/nets/model.onnx")).toBe(50_003);
    expect(await remove("/nets/model.onnx")).toBeUndefined();
    expect(await remove("/nets/second.onnx")).toBe(8);
    expect(readdirSync(web())).toEqual([".regraft"]);
    expect(readdirSync(join(web(), ".regraft"))).toEqual([]);
  });

  test("is used without the network; what is not is told", async () => {
    const env = { HF_HUB_OFFLINE: "1" };
    const before = await fetchIt();
    server.seen.length = 0;
    expect(await fetchIt("/nets/model.onnx", { env })).toEqual(before);
    expect(await fetchIt("/nets/model.onnx", { env, anew: true })).toEqual(before);
    await expect(fetchIt("/nets/other.onnx?sig=secret", { env })).rejects.toMatchObject({
      code: "offline",
      message: `${server.origin}/nets/other.onnx is not on this machine.`,
      hint: expect.stringContaining("regraft models pull"),
    });
    await expect(fetchIt(`/nets/model.onnx#sha256=${"0".repeat(64)}`, { env })).rejects.toMatchObject({
      code: "offline",
      message: expect.stringContaining("another SHA-256"),
    });
    expect(server.seen).toEqual([]);
  });

  test("a record that names files outside of its folder is none", async () => {
    await fetchIt();
    const [name = ""] = readdirSync(join(web(), ".regraft"));
    const path = join(web(), ".regraft", name);
    writeFileSync(path, readFileSync(path, "utf8").replace('"model.onnx"', '"../../../x.onnx"'));
    expect((await hubHere().kept()).web.files).toEqual([]);
  });
});

describe("a stop", () => {
  test.each([
    ["that never answers", "silence"],
    ["that goes on no more", { stallsAfter: 10_000 }],
  ] as const)("is heard at once while waiting for a server %s", async (_, oddity) => {
    const stop = new AbortController();
    server.oddity = (seen) => {
      if (!isBody(seen) && oddity !== "silence") return undefined;
      setTimeout(() => stop.abort(), 20);
      return oddity;
    };
    await expect(fetchIt("/nets/model.onnx", { signal: stop.signal })).rejects.toMatchObject({
      code: "interrupted",
      hint: "What came is kept; the same command goes on from there.",
    });
    expect(kept()).toEqual([]);
  });
});
