import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const place = mkdtempSync(join(tmpdir(), "regraft-determinism-"));
const photos = join(place, "photos");

/** Runs the program in a process of its own. */
async function regraft(...argv: readonly string[]): Promise<void> {
  const args = ["--import", file("load-typescript.js"), file("../src/cli/main.ts"), ...argv];
  await promisify(execFile)(process.execPath, args);
}

/** Everything in a recipe that draws random numbers. */
const recipe = [
  ...["--model", file("../models/sketchnet"), "--head-epochs", "2", "--tune-epochs", "2", "--batch", "8"],
  ...["--augment", "--dropout", "0.3", "--sampling", "balanced", "--hidden", "16", "--no-report"],
];

async function trained(name: string, { seed = 3, threads }: { readonly seed?: number; readonly threads: number }) {
  const run = join(place, name);
  await regraft("train", photos, "--out", run, ...recipe, "--seed", `${seed}`, "--threads", `${threads}`);
  const history = readFileSync(join(run, "history.jsonl"), "utf8").trim().split("\n");
  return {
    hashes: hashesOf(run, ["evaluation.json", ...filesIn(run, "model")]),
    history: history.map((line) => ({ ...JSON.parse(line), seconds: undefined })),
  };
}

/** Files in a part of a run, by their names in the run. */
const filesIn = (run: string, part: string): readonly string[] =>
  readdirSync(join(run, part), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(run, join(entry.parentPath, entry.name)))
    .sort();

/** SHA-256 of each file. */
const hashesOf = (run: string, names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [name, hashOf(readFileSync(join(run, name)))]));

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

beforeAll(() => regraft("sample", photos, "--per-class", "12"), 120_000);
afterAll(() => rmSync(place, { recursive: true }));

describe("two runs with the same seed and threads, in processes of their own", () => {
  it.each([1, 2])(
    "leave the same bytes and the same history, which another seed does not, on %d threads",
    async (threads) => {
      const [first, again] = [await trained(`a${threads}`, { threads }), await trained(`b${threads}`, { threads })];
      const files = Object.keys(first.hashes);
      expect(files).toEqual(expect.arrayContaining(["model/onnx/model.onnx", "model/README.md", "model/config.json"]));
      expect(again).toEqual(first);
      expect(first.history.map(({ phase }) => phase)).toEqual(["head", "head", "tune", "tune"]);
      if (threads > 1) return;
      const other = await trained("other", { threads, seed: 4 });
      expect(other.hashes["model/onnx/model.onnx"]).not.toBe(first.hashes["model/onnx/model.onnx"]);
    },
    300_000,
  );
});
