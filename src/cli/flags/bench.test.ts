import { expect, test } from "vitest";
import { FakeConsole } from "../../../test/cli-console.ts";
import { command } from "../command.ts";
import { runCli } from "../run-cli.ts";
import { benchFlags, benchOperands } from "./bench.ts";

async function run(...argv: readonly string[]) {
  let seen: object = {};
  const bench = command({
    ...{ name: "bench", about: "", operands: benchOperands, flags: benchFlags, examples: [] },
    load: async () => async (invocation) => {
      seen = { ...invocation.operands, ...invocation.flags };
      return 0 as const;
    },
  });
  const console = new FakeConsole();
  const code = await runCli(["bench", ...argv], { commands: [bench], version: "0", console });
  return { seen, code, errors: console.errors };
}

test.each([
  [[], {}],
  [["--mode", "last 3", "--batch", "8", "--steps", "5"], { mode: { lastLayers: 3 }, batch: 8, steps: 5 }],
  [["--mode", "last:3", "--image-size", "160"], { mode: { lastLayers: 3 }, imageSize: 160 }],
  [["--optimizer", "adam", "--threads", "1", "--seed", "7"], { optimizer: "adam", threads: 1, seed: 7 }],
  [["--profile"], { profile: "" }],
  [["--profile", "--mode", "head"], { profile: "", mode: "head" }],
  [["--profile", "step.json"], { profile: "step.json" }],
])("%j", async (argv, expected) => {
  const { seen, code, errors } = await run("--model", "resnet18", ...argv);
  expect([code, errors]).toEqual([0, ""]);
  expect(seen).toEqual({ model: "resnet18", ...expected });
});

test.each([
  [["--batch", "8"], "--model <name or path> is needed.", "  See regraft bench --help.\n"],
  [["--model", "x", "--batch", "0"], '--batch must be a whole number from 1, not "0".', ""],
  [["--model", "x", "--mode", "last 0"], '--mode must train a layer of the base: "last 1"; none of them is head.', ""],
  [["--model", "x", "--mode", "last", "3"], '--mode needs a number of layers after "last": "last 3", or last:3.', ""],
  [["--model", "x", "--steps", "0"], '--steps must be a whole number from 1, not "0".', ""],
  [["--model", "x", "--optimizer", "lion"], '--optimizer must be one of adam, adamw, sgd, rmsprop, not "lion".', ""],
])("refuses %j", async (argv, message, hint) => {
  expect(await run(...argv)).toMatchObject({ code: 2, errors: `error: ${message}\n${hint}  bad-option\n` });
});
