import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FakeConsole } from "../../test/cli-console.ts";
import { diskHost } from "../../test/fixtures/host.ts";
import { writeTrainVal } from "../../test/fixtures/pictures.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { commands } from "./commands.ts";
import { runCli } from "./run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "regraft-lr-find-"));
beforeAll(async () => {
  const { store } = diskHost();
  await writeTinyModel(store, join(folder, "tiny"));
  await writeTrainVal(store, join(folder, "data"), { classes: 2, perClass: 8 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function lrFind(...flags: readonly string[]) {
  const console = new FakeConsole();
  const usual = [
    "--model",
    join(folder, "tiny"),
    "--batch",
    "8",
    "--steps",
    "25",
    "--min-lr",
    "1e-4",
    "--threads",
    "1",
  ];
  const argv = ["lr-find", join(folder, "data"), ...usual, ...flags];
  const code = await runCli(argv, { commands, version: "1.2.3", console });
  return { code, output: console.output, errors: console.errors };
}

test("speaks JSON: a line per point, then what the curve speaks for", async () => {
  const { code, output, errors } = await lrFind("--json");
  const lines = output.trim().split("\n");
  const parsed = lines.map((line): Readonly<Record<string, unknown>> => JSON.parse(line));
  expect([code, errors]).toEqual([0, ""]);
  expect(parsed[0]).toEqual({
    ...{ type: "point", step: 1, learningRate: 1e-4 },
    ...{ loss: expect.any(Number), smoothed: expect.any(Number) },
  });
  const points = parsed.filter(({ type }) => type === "point");
  expect(points.map(({ step }) => step)).toEqual(points.map((_, at) => at + 1));
  expect(parsed.at(-1)).toEqual({
    ...{ type: "result", phase: "head", points: points.length, stopped: expect.any(String), out: null },
    ...{ usual: 0.003, optimizer: "adam", batch: 8, suggestion: expect.any(Number) },
    suggestions: { valley: expect.any(Number), steepest: expect.any(Number), minimum: expect.any(Number) },
  });
  expect(parsed.length).toBe(points.length + 1);
});

test("draws the curve, says the command that takes the rate, and is quiet on stderr where nobody watches", async () => {
  const out = join(folder, "lr.svg");
  const { code, output, errors } = await lrFind("--out", out);
  expect([code, errors]).toMatchObject([0, expect.stringMatching(/^\s*features of 16 pictures \(train\) in .*\n$/)]);
  expect(output).toMatch(/npx regraft train \S+data --model \S+tiny --head-lr [\d.e-]+\n/);
  expect(output).toContain(`picture → ${out}`);
  expect(readFileSync(out, "utf8")).toContain("<svg");
});
