import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readOnly, smallDisk, whyNoDisks } from "../../../test/fixtures/disks.ts";
import { type HubServer, hubServer } from "../../../test/fixtures/hub-server.ts";
import { type WebServer, webServer } from "../../../test/fixtures/web-server.ts";
import { hubReference } from "../reference.ts";
import { webAddress } from "../web-address.ts";
import { nodeHub } from "./node-hub.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";
const weights = new Uint8Array(500_000).fill(3);
const repo = { commit, files: { "onnx/model.onnx": weights } };

let home: string;
let hub: HubServer;
let web: WebServer;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "regraft-cache-"));
  hub = await hubServer({ repos: { "some/repo": repo, "other/repo": repo } });
  web = await webServer({ "/a/model.onnx": weights, "/b/model.onnx": weights });
});
afterEach(async () => {
  await hub.close();
  await web.close();
  rmSync(home, { recursive: true, force: true });
});

const here = (cache: string) =>
  nodeHub({
    env: { HF_HUB_CACHE: cache, HF_HOME: home, XDG_CACHE_HOME: cache, HF_ENDPOINT: hub.endpoint },
    patience: { attempts: 2, firstWaitMs: 1, mostWaitMs: 10 },
  });
const repoIn = (cache: string, name: string) =>
  here(cache).fetch(hubReference(`hf:${name}`), { choose: (files) => files });
const fileIn = (cache: string, path: string) =>
  here(cache).fetchFile(webAddress(`${web.origin}${path}`), { beside: async () => ({ needed: [], welcome: [] }) });

const why = whyNoDisks ?? "mounted";

describe.skipIf(whyNoDisks)(`a cache that cannot be written (${why})`, () => {
  test("gives what it has, and says what it cannot take", async () => {
    const cache = join(home, "cache");
    await repoIn(cache, "some/repo");
    await fileIn(cache, "/a/model.onnx");
    const release = readOnly(cache);
    try {
      expect(await repoIn(cache, "some/repo")).toMatchObject({ commit });
      expect(await fileIn(cache, "/a/model.onnx")).toMatchObject({ files: ["model.onnx"] });
      const refusal = {
        code: "write-failed",
        message: expect.stringMatching(new RegExp(`^${cache}/.* cannot be written: EROFS\\.$`)),
        hint: expect.stringContaining("read-only"),
      };
      await expect(repoIn(cache, "other/repo")).rejects.toMatchObject(refusal);
      await expect(fileIn(cache, "/b/model.onnx")).rejects.toMatchObject(refusal);
    } finally {
      release();
    }
    expect(await repoIn(cache, "other/repo")).toMatchObject({ commit });
  });
});

describe.skipIf(whyNoDisks)(`a cache on a disk that gets full (${why})`, () => {
  test.each([
    ["repository", (cache: string) => repoIn(cache, "some/repo")],
    ["file of the web", (cache: string) => fileIn(cache, "/a/model.onnx")],
  ])("says so of a %s, holds no lock, and goes on once there is room", async (_, fetchInto) => {
    const disk = smallDisk(2_000_000);
    try {
      disk.fill(200_000);
      const error: unknown = await fetchInto(disk.folder).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: "disk-full",
        message: expect.stringMatching(new RegExp(`^${disk.folder}/.* cannot be written: the disk is full\\.$`)),
      });
      const left = readdirSync(disk.folder, { recursive: true, encoding: "utf8" });
      expect(left.filter((name) => /lock$/.test(name) && !/\.locks$/.test(name))).toEqual([]);
      disk.empty();
      await fetchInto(disk.folder);
    } finally {
      disk.remove();
    }
  });
});
