import { Argument, Command, Option } from "commander";
import { UsageError } from "../base/errors.ts";
import type { CommandRow } from "./command.ts";
import { BadValue, type Flag } from "./flag.ts";
import type { Terminal } from "./output/terminal.ts";

/** The program's name as a person types it. */
export const programName = "regraft";

/** It stands in front of the command, or behind it. */
const debugAbout = "print where an error comes from";

/** Wider help is hard to read. */
const widestHelp = 100;

export interface ProgramOptions {
  readonly commands: readonly CommandRow[];
  readonly version: string;
  readonly out: Terminal;
  /** Called with the command that was chosen, once its flags are read. */
  readonly run: (row: CommandRow, parsed: Command) => Promise<void>;
}

/** The command line of a table of commands. Help goes to `out`; errors are thrown, not printed. */
export function buildProgram({ commands, version, out, run }: ProgramOptions): Command {
  const program = new Command(programName)
    .description("Transfer learning on ONNX models: a new head, trained; the base, fine-tuned.")
    .usage("<command> [flags]")
    .version(version, "--version", "print the version")
    .option("--debug", debugAbout)
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help of a command")
    // Else --json behind "models pull" would be taken for that of "models".
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => out.line(text.trimEnd()),
      writeErr: () => {},
      outputError: () => {},
      getOutHelpWidth: () => Math.min(widestHelp, out.columns),
      getOutHasColors: () => out.colors.isColorSupported,
    })
    .configureHelp({
      subcommandTerm: (sub) =>
        [
          sub.name(),
          ...sub.registeredArguments.map((argument) => `<${argument.name()}${argument.variadic ? "..." : ""}>`),
        ].join(" "),
      styleTitle: (title) => out.colors.bold(title),
      styleOptionTerm: (term) => out.colors.cyan(term),
      styleSubcommandTerm: (term) => out.colors.cyan(term),
      styleArgumentTerm: (term) => out.colors.cyan(term),
    });
  for (const row of commands) addCommand(program, row, { out, run });
  return program.addHelpText(
    "after",
    exampleText(
      commands.filter(({ name }) => !name.includes(" ")).flatMap((row) => row.examples.slice(0, 1)),
      out,
    ),
  );
}

function addCommand(program: Command, row: CommandRow, { out, run }: Pick<ProgramOptions, "out" | "run">): void {
  const { parent, name } = placeOf(row, program);
  const sub = parent.command(name).description(row.about).usage(usage(row));
  for (const { term, about } of Object.values(row.operands)) sub.addArgument(new Argument(term, about));
  for (const flag of Object.values(row.flags)) sub.addOption(toOption(flag));
  sub.addOption(new Option("--json", "one JSON object per line on stdout").helpGroup("Output:"));
  sub.addOption(new Option("--debug", debugAbout).helpGroup("Output:"));
  sub.addHelpOption(new Option("-h, --help", "print help").helpGroup("Output:"));
  sub.action(() => {
    checkRequired(row, sub);
    return run(row, sub);
  });
  sub.addHelpText("after", exampleText(row.examples, out));
}

/** "models pull" stands below "models", which comes before it in the table and is a command of its own. */
function placeOf({ name }: CommandRow, program: Command): { readonly parent: Command; readonly name: string } {
  const [first = "", second] = name.split(" ");
  if (second === undefined) return { parent: program, name };
  const parent = program.commands.find((one) => one.name() === first);
  if (!parent) throw new Error(`"${name}" stands in the table before "${first}".`);
  return { parent, name: second };
}

/** Looked at after all flags are read, so that a misspelt one is named rather than missed. */
function checkRequired({ name, flags }: CommandRow, parsed: Command): void {
  const isGiven = (term: string) => parsed.getOptionValue(new Option(term).attributeName()) !== undefined;
  const needed = Object.values(flags).filter(
    ({ required, requiredUnless }) => required || (requiredUnless !== undefined && !isGiven(requiredUnless)),
  );
  const missing = needed.find(({ term }) => !isGiven(term));
  if (!missing) return;
  throw new UsageError("bad-option", `${missing.term} is needed.`, { hint: `See ${programName} ${name} --help.` });
}

const exampleText = (lines: readonly string[], { colors }: Terminal): string =>
  ["", colors.bold("Examples:"), ...lines.map((line) => `  ${programName} ${line}`)].join("\n");

/** "<data> --model <path> [flags]": what must be given is shown. */
function usage({ operands, flags }: CommandRow): string {
  const required = Object.values(flags).filter((flag) => flag.required || flag.requiredUnless);
  return [...[...Object.values(operands), ...required].map(({ term }) => term), "[flags]"].join(" ");
}

/** The flag as commander takes it. @throws {UsageError} "bad-option", from the parser, for a value that it does not take */
export function toOption(flag: Flag<unknown>): Option {
  const made = new Option(flag.term, flag.about);
  if (flag.group !== undefined) made.helpGroup(flag.group);
  if (made.isBoolean() || made.negate) return made;
  return made.argParser((given: string) => {
    try {
      return flag.parse(given);
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      const hint = error.hint === undefined ? {} : { hint: error.hint };
      throw new UsageError("bad-option", `${made.long} ${error.message}.`, hint);
    }
  });
}
