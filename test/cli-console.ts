import type { Sink } from "../src/cli/output/terminal.ts";
import type { Console } from "../src/cli/run-cli.ts";

/** A console that remembers what is written, with a clock that is moved by hand and a Ctrl-C to press. */
export class FakeConsole implements Console {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Sink;
  readonly stderr: Sink;
  output = "";
  errors = "";
  time = 0;
  quits = 0;
  press: (() => void) | undefined;
  /** Tells of an error that nobody caught, and gives the exit code. */
  crash: ((error: unknown) => number) | undefined;
  readonly machine = { versions: { regraft: "1.2.3", node: "20.1.0" }, platform: "linux x64", home: "/home/ann" };

  constructor({
    isTTY = false,
    columns = 80,
    env = {},
  }: { isTTY?: boolean; columns?: number; env?: Record<string, string> } = {}) {
    this.env = env;
    const output = (text: string) => {
      this.output += text;
    };
    const errors = (text: string) => {
      this.errors += text;
    };
    this.stdout = { isTTY, columns, write: output };
    this.stderr = { isTTY, columns, write: errors };
  }

  readonly now = () => this.time;
  readonly onInterrupt = (press: () => void) => {
    this.press = press;
    return () => {
      this.press = undefined;
    };
  };
  readonly onCrash = (crash: (error: unknown) => number) => {
    this.crash = crash;
  };
  readonly quit = () => {
    this.quits++;
  };

  get objects(): readonly unknown[] {
    return this.output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  }
}
