import { expect, it } from "vitest";
import { FakeConsole } from "../../../test/cli-console.ts";
import { DataError } from "../../base/errors.ts";
import { errorLines, failureOf } from "./error-lines.ts";
import { printableParts } from "./printable.ts";
import { Terminal } from "./terminal.ts";
import { printJson } from "./ui.ts";

it("makes texts in lists and objects printable, keys too, and leaves all else", () => {
  const error = new DataError("unreadable-image", "a\nb");
  const logits = Float32Array.of(1, 2);
  const told = {
    files: [{ name: "a\nb.jpg", size: 3 }],
    counts: { "c\rd": 1 },
    error,
    logits,
    none: undefined,
    no: null,
  };
  expect(printableParts(told)).toEqual({
    files: [{ name: "a\\nb.jpg", size: 3 }],
    counts: { "c\\rd": 1 },
    ...{ error, logits, none: undefined, no: null },
  });
  expect(printableParts(told).error).toBe(error);
});

it("keeps an error's own lines, and what is in them from others on one", () => {
  const { colors } = new Terminal({ write: () => {} });
  const failure = failureOf(
    new DataError("too-many-bad-images", "2 bad:\n  a\u001b[2Jb", { hint: "Look at c\u0007." }),
  );
  expect(errorLines(failure, { colors, debug: false })).toEqual([
    "error: 2 bad:\n  a\\x1b[2Jb",
    "  Look at c\\x07.",
    "  too-many-bad-images",
  ]);
});

it("lets colours and line breaks through to a terminal, and nothing else that it obeys", () => {
  const console = new FakeConsole({ isTTY: true });
  const terminal = new Terminal(console.stdout, console.env);
  terminal.line(`${terminal.colors.red("red")}\na\u001b[2Jb\rc\u009b1md`);
  expect(console.output).toBe("\u001b[31mred\u001b[39m\na\\x1b[2Jb\\rc\\u009b1md\n");
  console.output = "";
  terminal.status("two\nlines\u0007");
  expect(console.output).toBe("\r\u001b[2Ktwo\\nlines\\x07");
});

it("writes JSON on one line that means the same", () => {
  const console = new FakeConsole();
  const name = "a\nb\u001b\u007f\u009b2J\u2028\u202egnp.exe 猫";
  printJson({ out: new Terminal(console.stdout) }, { name });
  expect(console.output).toBe('{"name":"a\\nb\\u001b\\u007f\\u009b2J\\u2028\\u202egnp.exe 猫"}\n');
  expect(console.objects).toEqual([{ name }]);
});
