import { describe, expect, it } from "vitest";
import { FakeConsole } from "../../test/cli-console.ts";
import { DataError, TrainingError, UsageError } from "../base/errors.ts";
import { type Body, command } from "./command.ts";
import { commands } from "./commands.ts";
import { one } from "./flag.ts";
import { batch } from "./flags/shared.ts";
import { printJson } from "./output/ui.ts";
import { runCli } from "./run-cli.ts";

type Work = Body<{ readonly folder: ReturnType<typeof one> }, { readonly batch: typeof batch }>;

const version = "1.2.3";

async function run(argv: readonly string[], work: Work = async () => 0, console = new FakeConsole()) {
  const count = command({
    name: "count",
    about: "Count pictures",
    operands: { folder: one("folder", "where") },
    flags: { batch },
    examples: ["count photos"],
    stopsGently: true,
    load: async () => work,
  });
  const code = await runCli(argv, { commands: [count], version, console });
  return { code, console };
}

const failing =
  (error: unknown): Work =>
  async () => {
    throw error;
  };

describe("runCli", () => {
  it("hands a command its operands and flags and passes on its exit code", async () => {
    let seen: unknown;
    const { code } = await run(["count", "photos", "--batch", "4"], async ({ operands, flags }) => {
      seen = { operands, flags };
      return 1;
    });
    expect(seen).toEqual({ operands: { folder: "photos" }, flags: { batch: 4 } });
    expect(code).toBe(1);
  });

  it("prints help and version on stdout", async () => {
    const help = await run(["--help"]);
    expect(help.code).toBe(0);
    expect(help.console.output).toContain("count <folder>  Count pictures");
    expect(help.console.errors).toBe("");
    expect((await run([])).console.output).toBe(help.console.output);
    expect((await run(["count", "--help"])).console.output).toContain("Usage: regraft count <folder> [flags]");
    expect((await run(["--version"])).console.output).toBe("1.2.3\n");
  });

  it.each([
    [["cuont", "x"], "Unknown command 'cuont'.", "Did you mean count?"],
    [["help", "cuont"], "Unknown command 'cuont'.", "Did you mean count?"],
    [["count", "x", "--bacth", "3"], "Unknown option '--bacth'.", "Did you mean --batch?"],
    [["count", "x", "--zzz"], "Unknown option '--zzz'.", "See regraft count --help."],
    [["count"], "Missing required argument 'folder'.", "See regraft count --help."],
    [
      ["count", "x", "y"],
      "Too many arguments for 'count'. Expected 1 argument but got 2.",
      "See regraft count --help.",
    ],
    [["count", "x", "--batch"], "Option '--batch <n>' argument missing.", "See regraft count --help."],
  ])("answers %j with what is wrong and what to do, and exits 2", async (argv, message, hint) => {
    const { code, console } = await run(argv);
    expect(code).toBe(2);
    expect(console.errors).toBe(`error: ${message}\n  ${hint}\n  bad-option\n`);
    expect(console.output).toBe("");
  });

  it("names a misspelt flag rather than the required one that it was meant to be", async () => {
    const needed = command({
      name: "count",
      about: "Count pictures",
      operands: {},
      flags: { model: { term: "--model <path>", about: "which", parse: (given: string) => given, required: true } },
      examples: [],
      load: async () => async () => 0,
    });
    const answer = async (...argv: readonly string[]) => {
      const console = new FakeConsole();
      const code = await runCli(["count", ...argv], { commands: [needed], version, console });
      return [code, console.errors.split("\n").slice(0, 2).join(" ")];
    };
    expect(await answer("--modle", "x")).toEqual([2, "error: Unknown option '--modle'.   Did you mean --model?"]);
    expect(await answer()).toEqual([2, "error: --model <path> is needed.   See regraft count --help."]);
    expect(await answer("--model", "x")).toEqual([0, ""]);
  });

  it("refuses a value that a flag does not take", async () => {
    const { code, console } = await run(["count", "x", "--batch", "0"]);
    expect(code).toBe(2);
    expect(console.errors).toBe('error: --batch must be a whole number from 1, not "0".\n  bad-option\n');
  });

  it("prints an error with its hint and code, and with --json as the last line too", async () => {
    const error = new DataError("no-such-folder", "There is no folder photos.", { hint: "Check the path." });
    const { code, console } = await run(["count", "photos", "--json"], async ({ ui }) => {
      printJson(ui, { type: "start" });
      throw error;
    });
    expect(code).toBe(1);
    expect(console.errors).toBe("error: There is no folder photos.\n  Check the path.\n  no-such-folder\n");
    expect(console.objects).toEqual([
      { type: "start" },
      { type: "error", code: "no-such-folder", message: error.message, hint: "Check the path." },
    ]);
  });

  it("exits 2 at a wrong use that the task found, 130 where a run was stopped before it had anything to keep", async () => {
    expect((await run(["count", "x"], failing(new UsageError("bad-option", "")))).code).toBe(2);
    expect((await run(["count", "x"], failing(new TrainingError("interrupted", "")))).code).toBe(130);
  });

  const bug = failing(new TypeError("x is not a function"));

  it("tells what to report of an error that nobody foresaw", async () => {
    const { code, console } = await run(["count", "my photos", "--batch", "4"], bug);
    expect(code).toBe(1);
    expect(console.errors).toBe(
      [
        "error: Something unexpected happened: x is not a function",
        "  This is a mistake in Regraft as a rule. Please report it, with these lines; --debug adds where it comes from.",
        "    regraft 1.2.3, node 20.1.0, linux x64",
        "    regraft count 'my photos' --batch 4",
        "  unexpected",
        "",
      ].join("\n"),
    );
    const { objects } = (await run(["count", "x", "--json"], bug)).console;
    expect(objects).toEqual([
      {
        type: "error",
        code: "unexpected",
        message: "Something unexpected happened: x is not a function",
        hint: expect.stringContaining("report it"),
        report: {
          versions: { regraft: "1.2.3", node: "20.1.0" },
          platform: "linux x64",
          command: "regraft count x --json",
        },
      },
    ]);
  });

  it("keeps out of a report what is private", async () => {
    const env = { HF_TOKEN: "abcdef-123456", REGRAFT_DEBUG: "1" };
    const work = failing(new Error("/home/ann/photos: abcdef-123456 at https://ann:pw@example.com/a?sig=1 refused"));
    const argv = ["count", "/home/ann/my photos", "--json"];
    const { errors, output } = (await run(argv, work, new FakeConsole({ env }))).console;
    for (const text of [errors, output]) {
      expect(text).toContain("~/photos: … at https://example.com/a refused");
      expect(text).not.toMatch(/abcdef|home\/ann|pw@|sig=/);
    }
    expect(errors).toContain("    regraft count '~/my photos' --json\n");
  });

  it("shows where an error comes from on demand, with its causes: of one that is foreseen too", async () => {
    const cause = new Error("ENOENT: no such file");
    const foreseen = failing(new DataError("no-images", "None.", { cause }));
    for (const work of [bug, foreseen]) {
      expect((await run(["count", "x"], work)).console.errors).not.toContain("run-cli.test.ts");
      const asked = [
        await run(["count", "x", "--debug"], work),
        await run(["--debug", "count", "x"], work),
        await run(["count", "x"], work, new FakeConsole({ env: { REGRAFT_DEBUG: "1" } })),
      ];
      for (const { console } of asked) expect(console.errors).toContain("run-cli.test.ts");
    }
    const { console } = await run(["count", "x", "--debug", "--json"], foreseen);
    expect(console.errors).toContain("caused by Error: ENOENT: no such file");
    expect(console.objects).toEqual([expect.objectContaining({ trace: expect.stringContaining("caused by") })]);
  });

  it("tells of what nobody caught in the same way", async () => {
    const { console } = await run(["count", "x", "--json"]);
    expect(console.crash?.(new TypeError("y is undefined"))).toBe(1);
    expect(console.errors).toContain("error: Something unexpected happened: y is undefined\n");
    expect(console.objects).toMatchObject([{ type: "error", code: "unexpected" }]);
    const foreseen = new DataError("no-images", "None.");
    for (let time = 0; time < 2; time++) expect(console.crash?.(foreseen)).toBe(1);
    expect(console.errors.match(/error: None\.\n {2}no-images\n/g)?.length).toBe(1);
    expect(console.errors.endsWith("no-images\n")).toBe(true);
  });

  it("tells of a library that cannot be loaded", async () => {
    const missing = new Error("Cannot find module '../bin/x.node'\nRequire stack:\n- /a/b.js");
    const { console } = await run(["count", "x"], failing(Object.assign(missing, { code: "MODULE_NOT_FOUND" })));
    expect(console.errors).toContain("error: A library cannot be loaded: Cannot find module '../bin/x.node'.\n");
    expect(console.errors).toContain("\n  not-installed\n");
  });

  it("prints help where --debug stands alone", async () => {
    expect((await run(["--debug"])).console.output).toContain("Usage: regraft <command>");
  });

  it("asks the command to stop at the first Ctrl-C and quits at the second", async () => {
    const console = new FakeConsole();
    const seen: unknown[] = [];
    const work: Work = async ({ ui }) => {
      seen.push(ui.signal.aborted);
      console.press?.();
      seen.push(ui.signal.aborted, console.quits);
      console.time = 2000;
      console.press?.();
      seen.push(console.quits);
      return 130;
    };
    const { code } = await run(["count", "x"], work, console);
    expect(seen).toEqual([false, true, 0, 1]);
    expect(console.errors).toContain("stopping after this step, keeping the best model so far");
    expect(code).toBe(130);
    expect(console.press).toBeUndefined();
  });

  it("has no colours or control codes where nobody watches, and colours on a terminal", async () => {
    const error = new DataError("no-images", "None.");
    const code = "\u001b[";
    expect((await run(["count", "x"], failing(error))).console.errors).not.toContain(code);
    const watched = await run(["count", "x"], failing(error), new FakeConsole({ isTTY: true }));
    expect(watched.console.errors).toContain(code);
    const quiet = new FakeConsole({ isTTY: true, env: { NO_COLOR: "1" } });
    expect((await run(["count", "x"], failing(error), quiet)).console.errors).not.toContain(code);
  });
});

describe("the commands of regraft", () => {
  it.each([
    [["models", "pul", "resnet50"], "Did you mean regraft models pull?"],
    [["models", "remov"], "Did you mean regraft models remove?"],
    [["cache", "prun"], "Did you mean regraft cache prune?"],
    [["train", "x", "--model", "m", "--optimizer", "adamm"], "Did you mean adam?"],
    [["train", "x", "--model", "m", "--metric", "balancedaccuracy"], "Did you mean balancedAccuracy?"],
    [["train", "x", "--model", "m", "--threshold", "yuoden"], "Did you mean youden?"],
    [["train", "x", "--model", "m", "--class-weights", "balance"], "Did you mean balanced?"],
    [["bench", "--model", "m", "--mode", "fwd"], "forward"],
  ])("answer %j with %s", async (argv, hint) => {
    const console = new FakeConsole();
    expect(await runCli(argv, { commands, version, console })).toBe(2);
    expect(console.errors).toContain(hint);
  });

  it("all have help with their flags, operands and an example", async () => {
    for (const row of commands) {
      const console = new FakeConsole({ columns: 100 });
      expect(await runCli([...row.name.split(" "), "--help"], { commands, version, console })).toBe(0);
      const help = console.output.replaceAll(/\s+/g, " ");
      for (const { term, about } of Object.values(row.flags)) expect(help).toContain(`${term} ${about}`);
      for (const { about } of Object.values(row.operands)) expect(help).toContain(about);
      expect(help).toContain(`regraft ${row.examples[0]}`);
    }
  });
});
