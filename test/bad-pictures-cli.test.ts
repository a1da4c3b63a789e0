import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { printable } from "../src/base/printable.ts";
import { commands } from "../src/cli/commands.ts";
import { runCli } from "../src/cli/run-cli.ts";
import { imageFolder, loadModel } from "../src/index.ts";
import { nodeStore } from "../src/store/node/node-store.ts";
import { FakeConsole } from "./cli-console.ts";
import { type OddFiles, oddFiles, writeOddFiles } from "./fixtures/bad-pictures/odd-files.ts";
import { oddNames } from "./fixtures/bad-pictures/odd-names.ts";
import { drawnTrainVal, writePictures } from "./fixtures/pictures.ts";
import { writeTinyModel } from "./fixtures/tiny-model.ts";

const store = nodeStore();
/** Where text names are concerned: the others cannot be written by a store. */
const names = Object.values(oddNames).flatMap((name) => (typeof name === "string" ? [name] : []));
/** What a program would take for a line of its own. */
const planted = "error: all is lost";
const odd = "od\u001b[31md\nclass";

let root = "";
let files: OddFiles | undefined;
const at = (...parts: readonly string[]): string => join(root, ...parts);

/** Drawn pictures of two classes, one with an odd name; beside them text under every odd name, and what is no file. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "regraft-bad-names-"));
  const { train, val } = drawnTrainVal({ classes: 2, perClass: 24 });
  const classes = [train.classes[0] ?? "", odd];
  for (const [part, dataset] of Object.entries({ train, val })) {
    const renamed = (index: number) => `${classes[dataset.label(index)]}/${dataset.name(index).split("/")[1]}`;
    await writePictures(store, at("data", part), { ...dataset, name: renamed });
  }
  for (const part of ["train", "val"]) {
    for (const name of names) await writeFile(at("data", part, odd, name), "no picture");
  }
  const png = await store.read(at("data", "train", odd, "0.png"));
  files = await writeOddFiles(at("data", "train", odd, "files"), at("outside"), png);
  await writeTinyModel(store, at("tiny"));
  await mkdir(at("one"));
}, 120_000);
afterAll(async () => {
  await files?.close();
  await rm(root, { recursive: true, force: true });
});

async function regraft(argv: readonly string[], options: { readonly isTTY?: boolean } = {}) {
  const console = new FakeConsole({ columns: 100, ...options });
  const code = await runCli(argv, { commands, version: "1.2.3", console });
  return { code, output: console.output, errors: console.errors, all: console.output + console.errors };
}

/** Colours and the replacing of a status line: what the program itself writes. */
const own = /\u001b\[\d*(?:;\d+)*m|\r\u001b\[2K/g;
const controls = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Neither what a terminal obeys, nor a line that somebody else wrote. */
function expectHarmless(text: string): void {
  const strange = text
    .replace(own, "")
    .match(controls)
    ?.filter((mark) => mark !== "\n");
  expect(strange ?? []).toEqual([]);
  expect(text.split("\n").filter((line) => line.trimStart().startsWith(planted))).toEqual([]);
  expect(text).not.toContain("[31md\u001b");
}

const model = (): readonly string[] => ["--model", at("tiny"), "--threads", "1", "--batch", "16"];
const most = ["--max-bad-fraction", "1"] as const;

describe.skipIf(process.platform !== "linux")("pictures with odd names that cannot be read", () => {
  test.each([false, true])("are named by train, which leaves them out (a terminal: %s)", async (isTTY) => {
    const out = at(`run-${isTTY}`);
    const recipe = ["--head-epochs", "1", "--tune-epochs", "1", "--check", "--out", out];
    const { code, output, all } = await regraft(["train", at("data"), ...model(), ...most, ...recipe], { isTTY });
    expect(code).toBe(0);
    expectHarmless(all);
    expect(output).toMatch(/\d+ pictures skipped/);
    expect(output).toContain(`${printable(odd)}/a.png\\nerror: all is lost\\n  bug.png`);
    const told = await store.readText(join(out, "run.json"));
    for (const name of names) expect(told).toContain(JSON.stringify(name).slice(1, -1));
    expect(told).not.toContain("hf_abc");
  });

  test("end a run that allows fewer, and are listed", async () => {
    const { code, errors } = await regraft(["train", at("data"), ...model(), "--out", at("refused")]);
    expect(code).toBe(1);
    expectHarmless(errors);
    expect(errors).toContain("too-many-bad-images");
    expect(errors.split("\n").filter((line) => line.startsWith("  "))).not.toHaveLength(0);
  });

  test("are named by evaluate, and by its JSON as they are", async () => {
    const { code, output, all } = await regraft(["evaluate", at("run-false"), at("data", "val"), ...most], {
      isTTY: true,
    });
    expect(code).toBe(0);
    expectHarmless(all);
    expect(output).toContain("pictures skipped");
    const json = await regraft(["evaluate", at("run-false"), at("data", "val"), ...most, "--json"]);
    expectHarmless(json.output);
    const lines = json.output.trim().split("\n");
    expect(lines).toHaveLength(1);
    const { skipped } = JSON.parse(lines[0] ?? "");
    expect(skipped.map(({ name }: { name: string }) => name).sort()).toEqual(
      names.map((name) => `${odd}/${name}`).sort(),
    );
  });

  test.each(["predict", "explain"])("are named by %s, which goes on with the others", async (command) => {
    const good = at("data", "val", odd, "0.png");
    const noFiles = Object.keys(oddFiles).map((name) => at("data", "train", odd, "files", name));
    const pictures = [
      ...names.map((name) => at("data", "val", odd, name)),
      ...noFiles,
      at("gone.png"),
      at("one"),
      good,
    ];
    const out = command === "explain" ? ["--out", at("explained")] : [];
    const { code, output, errors } = await regraft([command, at("run-false"), ...pictures, ...out], { isTTY: true });
    expect(code).toBe(1);
    expectHarmless(output);
    expectHarmless(errors);
    for (const name of names) expect(errors).toContain(printable(name));
    for (const path of noFiles) expect(errors).toContain(printable(path));
    expect(errors.replace(own, "").match(/^error: /gm)).toHaveLength(pictures.length - 1);
    expect(output).toContain(printable(odd));
    const json = await regraft([command, at("run-false"), ...pictures, ...out, "--json"]);
    expectHarmless(json.output);
    const told = json.output
      .trim()
      .split("\n")
      .map((line): { type: string; image?: string } => JSON.parse(line));
    expect(told.filter(({ type }) => type === "error").map(({ image }) => image)).toEqual(pictures.slice(0, -1));
  });

  test("are told by the library, by name or by place", async () => {
    const { train, val } = await imageFolder(at("data"));
    expect(train.size).toBeGreaterThan(names.length);
    const bad = Array.from({ length: val.size }, (_, index) => index).filter((index) =>
      val.name(index).includes("all is lost"),
    );
    await expect(val.load(bad[0] ?? -1)).rejects.toMatchObject({ code: "unreadable-image" });
    const loaded = await loadModel(at("run-false"), { threads: 1 });
    try {
      const good = await store.read(at("data", "val", odd, "0.png"));
      expect((await loaded.predict([good, good], { top: 1 })).map(({ top }) => top.length)).toEqual([1, 1]);
      await expect(loaded.predict([good, good.slice(0, 100)])).rejects.toMatchObject({
        code: "unreadable-image",
        message: "Picture 1: The picture cannot be decoded: it is damaged or cut off.",
      });
      await expect(loaded.predict([at("data", "train", odd, "files", "pipe.jpg")])).rejects.toMatchObject({
        code: "read-failed",
      });
      await expect(loaded.predict([at("data", "val", odd, names[1] ?? "")])).rejects.toMatchObject({
        code: "unreadable-image",
        message: expect.stringContaining(`${printable(odd)}/a.png\\nerror`),
      });
    } finally {
      await loaded.close();
    }
  });

  test("may begin with a dash, behind -- or with a folder in front", async () => {
    const folder = at("dashes");
    await store.write(join(folder, "-rf.png"), await store.read(at("data", "val", odd, "0.png")));
    const before = process.cwd();
    process.chdir(folder);
    try {
      for (const name of [["--", "-rf.png"], ["./-rf.png"]]) {
        expect(await regraft(["predict", at("run-false"), ...name])).toMatchObject({ code: 0, errors: "" });
      }
      expect((await regraft(["predict", at("run-false"), "-rf.png"])).code).toBe(2);
    } finally {
      process.chdir(before);
    }
  });

  test("are named by check", async () => {
    const { code, output, all } = await regraft(["check", at("data"), "--all", ...most], { isTTY: true });
    // The same text under all names, on both sides.
    expect(code).toBe(1);
    expectHarmless(all);
    for (const name of names) expect(output).toContain(printable(name));
    for (const name of ["pipe.jpg", "socket.jpg", "link-to-endless-device.png"]) expect(output).toContain(name);
  });

  test("do no harm to lr-find and compare", async () => {
    const found = await regraft(["lr-find", at("data"), ...model(), "--steps", "20", ...most], { isTTY: true });
    expectHarmless(found.all);
    expect([0, 1]).toContain(found.code);
    const options = ["--strategies", "head,full", "--seeds", "1", "--budget", "2", "--out", at("compared"), ...most];
    const compared = await regraft(["compare", at("data"), ...model(), ...options], { isTTY: true });
    expectHarmless(compared.all);
    expect(compared, compared.errors).toMatchObject({ code: 0 });
  });
});
