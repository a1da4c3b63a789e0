import { describe, expect, test } from "vitest";
import { readFlags } from "../../src/cli/command.ts";
import { commands } from "../../src/cli/commands.ts";
import type { Flags } from "../../src/cli/flag.ts";
import { compareFlags } from "../../src/cli/flags/compare.ts";
import { trainFlags } from "../../src/cli/flags/train.ts";
import { Terminal } from "../../src/cli/output/terminal.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { commandAgain, flagsOf } from "../../src/report/command-again.ts";

const given = (value: unknown) => ({ value, from: "given" }) as const;

const allFlags = { train: trainFlags, compare: compareFlags };

/** What a run leaves behind, and what does not make it another one. */
const others = ["out", "overwrite", "report", "tensorBoard", "csv", "resume", "checkMemory"];

test.each(["train", "compare"] as const)("knows every flag of %s but those about what it leaves behind", (command) => {
  const flags = Object.entries(allFlags[command])
    .filter(([name]) => !others.includes(name))
    .map(([name, { term }]) => [name, term.split(" ")[0]]);
  expect(flagsOf[command]).toEqual(Object.fromEntries(flags));
});

/** What the command line makes of the words. */
async function parsed(
  words: readonly string[],
  known: Flags = trainFlags,
): Promise<{ readonly flags: object; readonly operands: readonly string[] }> {
  let found: { flags: object; operands: readonly string[] } | undefined;
  const program = buildProgram({
    commands,
    version: "0",
    out: new Terminal({ write: () => {} }),
    run: async (_, command) => {
      found = { flags: readFlags(known, command), operands: command.args };
    },
  });
  await program.parseAsync([...words], { from: "user" });
  return found ?? { flags: {}, operands: [] };
}

describe("commandAgain", () => {
  test("is read by the command line as what was given, and the threads", async () => {
    const options = {
      model: "my models/a b",
      unfreeze: { lastLayers: 3 },
      hidden: [256, 64],
      headLearningRate: 1e-7,
      augment: true,
      loss: "softmaxCrossEntropy",
      val: 0.25,
      seed: 7,
      classWeights: { ants: 2, bees: 0.5 },
    };
    const rows = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, given(value)]));
    const words = commandAgain("train", {
      ...rows,
      data: given("-photos"),
      out: given("runs/x"),
      overwrite: given(true),
      batch: { value: 32, from: "default" },
      threads: { value: 2, from: "default" },
    });
    expect(words?.slice(0, 3)).toEqual(["npx", "regraft", "train"]);
    expect(await parsed(words?.slice(2) ?? [])).toEqual({
      flags: { ...options, threads: 2 },
      operands: ["./-photos"],
    });
  });

  test.each([{ epochs: 3 }, { seconds: 5400 }, { seconds: 0.5 }])(
    "of a comparison within %j is read as what was given",
    async (budget) => {
      const options = {
        strategies: ["head", "full"],
        seeds: 2,
        budget,
        sizes: [0.07, 0.125, 1],
        reach: 0.9,
        model: "m",
        learningRate: 0.01,
        classWeights: { epochs: 2, seconds: 1 },
      };
      const rows = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, given(value)]));
      const words = commandAgain("compare", { ...rows, data: given("photos"), report: given(false) });
      expect(words).toContain("7%,12.5%,100%");
      expect(await parsed(words?.slice(2) ?? [], compareFlags)).toEqual({ flags: options, operands: ["photos"] });
    },
  );

  test("names the node to start from, and leaves out what was switched off", () => {
    const words = commandAgain("train", {
      data: given("d"),
      unfreeze: given({ from: "/features/17" }),
      augment: given(false),
      lora: given(undefined),
    });
    expect(words).toEqual(["npx", "regraft", "train", "d", "--unfreeze", "/features/17"]);
  });

  test("is none without data", () => {
    expect(commandAgain("train", { batch: given(3) })).toBeUndefined();
  });
});
