import { describe, expect, it } from "vitest";
import { FakeConsole } from "../../../test/cli-console.ts";
import { bar } from "./bar.ts";
import { columns } from "./columns.ts";
import { Terminal, widthOf } from "./terminal.ts";
import { printJson } from "./ui.ts";

const clear = "\r\u001b[2K";

function terminal(options: ConstructorParameters<typeof FakeConsole>[0] = {}) {
  const console = new FakeConsole(options);
  return { console, terminal: new Terminal(console.stdout, console.env) };
}

describe("a terminal", () => {
  it("replaces the status line in place and keeps it below lines that stay", () => {
    const { console, terminal: screen } = terminal({ isTTY: true });
    screen.status("a");
    screen.status("b");
    screen.line("stays");
    screen.clearStatus();
    screen.line("end");
    expect(console.output).toBe(`${clear}a${clear}b${clear}stays\nb${clear}end\n`);
  });

  it("cuts a status line that would wrap, colours or not", () => {
    const { console, terminal: screen } = terminal({ isTTY: true, columns: 6 });
    screen.status(screen.colors.red("abcdefgh"));
    expect(console.output).toBe(`${clear}abcde`);
  });

  it("shows no status line where nobody watches", () => {
    for (const options of [{}, { isTTY: true, env: { TERM: "dumb" } }]) {
      const { console, terminal: screen } = terminal(options);
      screen.status("a");
      screen.line(screen.colors.red("b"));
      screen.clearStatus();
      expect(console.output).toBe("b\n");
    }
  });

  it("follows NO_COLOR and FORCE_COLOR", () => {
    const isColored = (options: ConstructorParameters<typeof FakeConsole>[0]) =>
      terminal(options).terminal.colors.isColorSupported;
    expect(isColored({ isTTY: true })).toBe(true);
    expect(isColored({ isTTY: true, env: { NO_COLOR: "1" } })).toBe(false);
    expect(isColored({ env: { FORCE_COLOR: "1" } })).toBe(true);
    expect(isColored({ env: { CI: "true" } })).toBe(false);
  });

  it("assumes 80 columns where the stream tells none", () => {
    expect(terminal({ isTTY: true, columns: 0 }).terminal.columns).toBe(80);
  });
});

describe("bar", () => {
  const { colors } = terminal().terminal;
  it.each([
    [0, "────"],
    [0.125, "╸───"],
    [0.5, "━━──"],
    [0.9, "━━━╸"],
    [1, "━━━━"],
    [7, "━━━━"],
    [Number.NaN, "────"],
  ])("of %d", (share, drawn) => {
    expect(bar(share, { width: 4, colors })).toBe(drawn);
  });

  it("is as wide with colours", () => {
    expect(widthOf(bar(0.3, { width: 10, colors: terminal({ isTTY: true }).terminal.colors }))).toBe(10);
  });
});

it("aligns columns, numbers to the right, colours not counted", () => {
  const { colors } = terminal({ isTTY: true }).terminal;
  const lines = columns(
    [
      ["ants", "5"],
      [colors.bold("b"), "12"],
    ],
    { right: [1] },
  );
  expect(lines).toEqual(["  ants   5", `  ${colors.bold("b")}     12`]);
});

it("writes no control character of a stranger's, and its own colours", () => {
  const { terminal: shown, console } = terminal({ isTTY: true });
  shown.line(`a\u001b[2Jb\u001b]0;title\u0007c\u009b2Jd\u0000\t${shown.colors.red("red")}`);
  shown.status("e\rf");
  expect(console.output).toBe(
    `a\\x1b[2Jb\\x1b]0;title\\x07c\\u009b2Jd\\x00\\t${shown.colors.red("red")}\n\r\u001b[2Ke\\rf`,
  );
});

it("writes JSON that says the same without control characters", () => {
  const { terminal: out, console } = terminal();
  printJson({ out }, { name: "a\u009b\u0000\u001b" });
  expect(console.output).toBe('{"name":"a\\u009b\\u0000\\u001b"}\n');
});
