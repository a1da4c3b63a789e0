import { type Command, CommanderError } from "commander";
import { withoutAnySecrets } from "../hub/web-address.ts";
import type { CommandRow } from "./command.ts";
import { type Activity, Interrupt } from "./interrupt.ts";
import type { Machine } from "./machine.ts";
import { meantCommand } from "./meant-command.ts";
import { errorLines, errorObject, type Failure, failureOf } from "./output/error-lines.ts";
import { shellWord } from "./output/format.ts";
import { type Environment, type Sink, Terminal } from "./output/terminal.ts";
import { printJson } from "./output/ui.ts";
import { withoutPrivate } from "./output/without-private.ts";
import { buildProgram, programName } from "./program.ts";

/** The machine, as far as the command line touches it. */
export interface Console {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: Environment;
  /** Milliseconds, from any start. */
  readonly now: () => number;
  /** Calls `press` at each Ctrl-C until the function returned is called. */
  readonly onInterrupt: (press: () => void) => () => void;
  /** Ends the program at once, as Ctrl-C does. */
  readonly quit: () => void;
  /** Called once, before a command runs: `crash` tells of what nobody caught and gives the exit code to end with. */
  readonly onCrash: (crash: (error: unknown) => number) => void;
  readonly machine: Machine;
}

export interface CliOptions {
  readonly commands: readonly CommandRow[];
  readonly version: string;
  readonly console: Console;
}

/**
 * Parses, runs one command, prints what went wrong.
 *
 * @returns the exit code, one of `exitCodes`
 */
export async function runCli(argv: readonly string[], options: CliOptions): Promise<number> {
  const { stdout, stderr, env } = options.console;
  const cli = new Cli(options, { out: new Terminal(stdout, env), err: new Terminal(stderr, env) });
  options.console.onCrash((error) => cli.fail(error, argv));
  return cli.run(argv);
}

/** Nothing asks for help; help on a command that does not exist is the command itself, which then is refused by name. */
function asked(argv: readonly string[], commands: readonly CommandRow[]): readonly string[] {
  const [first, second] = argv.filter((word) => word !== "--debug");
  if (first === undefined) return ["--help"];
  const isUnknown = second !== undefined && !second.startsWith("-") && !commands.some(({ name }) => name === second);
  if (first === "help" && second?.startsWith("-")) return ["--help"];
  return first === "help" && isUnknown ? [second] : argv;
}

/** What a first Ctrl-C is answered with. */
const stopping: { readonly [A in Activity]: string } = {
  fetch: "stopping the fetch",
  work: "stopping after this step, keeping the best model so far (Ctrl-C again to quit now)",
};

interface Terminals {
  readonly out: Terminal;
  readonly err: Terminal;
}

class Cli {
  readonly #options: CliOptions;
  readonly #terminals: Terminals;
  readonly #told = new Set<unknown>();
  #exitCode = 0;

  constructor(options: CliOptions, terminals: Terminals) {
    this.#options = options;
    this.#terminals = terminals;
  }

  async run(argv: readonly string[]): Promise<number> {
    const { commands, version } = this.#options;
    const run = async (row: CommandRow, parsed: Command) => {
      this.#exitCode = await this.#command(row, parsed);
    };
    try {
      const program = buildProgram({ commands, version, out: this.#terminals.out, run });
      await program.parseAsync(asked(argv, commands), { from: "user" });
      return this.#exitCode;
    } catch (error) {
      return this.fail(error, argv);
    }
  }

  async #command(row: CommandRow, parsed: Command): Promise<number> {
    const { now, onInterrupt, quit } = this.#options.console;
    const { out, err } = this.#terminals;
    const interrupt = new Interrupt({ now, warn: (during) => err.line(stopping[during]), quit });
    const release = row.stopsGently ? onInterrupt(interrupt.press) : () => {};
    const { signal, fetching } = interrupt;
    try {
      return await row.run(parsed, { out, err, json: parsed.getOptionValue("json") === true, signal, fetching, now });
    } finally {
      release();
    }
  }

  /** Prints what went wrong, once: Node tells of an import that failed a second time. @returns the exit code */
  fail(error: unknown, argv: readonly string[]): number {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const failure = this.#failure(error, argv);
    if (this.#told.has(error)) return failure.exitCode;
    this.#told.add(error);
    const { out, err } = this.#terminals;
    const debug = argv.includes("--debug") || Boolean(this.#options.console.env.REGRAFT_DEBUG);
    err.clearStatus();
    for (const line of errorLines(failure, { colors: err.colors, debug })) err.line(line);
    if (argv.includes("--json")) printJson({ out }, errorObject(failure, { debug }));
    return failure.exitCode;
  }

  #failure(error: unknown, argv: readonly string[]): Failure {
    if (error instanceof CommanderError) return this.#meant(usageFailure(error, this.#commandIn(argv)), argv);
    const { machine, env } = this.#options.console;
    const shown = (text: string) => withoutPrivate(text, { home: machine.home, env });
    const failure = failureOf(error);
    const trace = failure.trace === undefined ? undefined : shown(failure.trace);
    if (failure.code !== "unexpected") return this.#meant({ ...failure, trace }, argv);
    const { versions, platform } = machine;
    const command = shown([programName, ...argv].map(shellWord).join(" "));
    return { ...failure, message: shown(failure.message), trace, report: { versions, platform, command } };
  }

  /** "models pul" is a model's name to commander, and to the command. */
  #meant(failure: Failure, argv: readonly string[]): Failure {
    const command = failure.exitCode === 2 ? meantCommand(argv, this.#options.commands) : undefined;
    return command === undefined ? failure : { ...failure, hint: `Did you mean ${programName} ${command}?` };
  }

  /** "regraft train" where the user got that far. */
  #commandIn(argv: readonly string[]): string {
    const first = argv.find((word) => !word.startsWith("-"));
    const known = this.#options.commands.some(({ name }) => name === first);
    return known ? `${programName} ${first}` : programName;
  }
}

/** Wrong usage, as commander tells it: "error: unknown option '--bach'\n(Did you mean --batch?)". */
export function usageFailure({ message }: CommanderError, command: string): Failure {
  const [first = "", suggestion] = message.split("\n");
  const what = withoutAnySecrets(first.replace(/^error: |\.$/g, ""));
  const hint = suggestion?.replace(/^\((.*)\)$/, "$1") ?? `See ${command} --help.`;
  return { exitCode: 2, code: "bad-option", message: `${what.charAt(0).toUpperCase()}${what.slice(1)}.`, hint };
}
