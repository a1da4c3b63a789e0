import { Command } from "commander";
import { readFlags } from "../src/cli/command.ts";
import { type Flags, type FlagValues, onOff } from "../src/cli/flag.ts";
import { toOption } from "../src/cli/program.ts";

/** Names that stand for themselves. */
export const asTheyAre = <T extends string>(names: readonly T[]) =>
  Object.fromEntries(names.map((name) => [name, name])) as Readonly<Record<T, T>>;

/** What each benchmark can do with its tables. */
export const tableFlags = {
  markdown: {
    term: "--markdown [file]",
    about: "writes the tables into a page, between its markers (default page: bench/README.md)",
    parse: (given: string) => given,
  },
  json: onOff("--json", "one JSON object per line on stdout, instead of tables"),
} as const satisfies Flags;

interface Benchmark<F extends Flags> {
  readonly flags: F;
  /** How a person calls it. */
  readonly calledAs: string;
  readonly about: string;
  /** Takes the text of --help. */
  readonly print: (text: string) => void;
}

/**
 * Reads the flags of a benchmark.
 *
 * @throws {UsageError} "bad-option" · {CommanderError}, also after --help, with exit code 0
 */
export function readArguments<F extends Flags>(
  argv: readonly string[],
  { flags, calledAs, about, print }: Benchmark<F>,
): FlagValues<F> {
  const program = new Command(calledAs)
    .description(about)
    .usage("[flags]")
    .helpOption("-h, --help", "print help")
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: () => {}, outputError: () => {} });
  for (const flag of Object.values(flags)) program.addOption(toOption(flag));
  program.parse(argv, { from: "user" });
  return readFlags(flags, program);
}
