import { type Command, Option } from "commander";
import type { AnyExitCode } from "./exit-codes.ts";
import type { Flags, FlagValues, Operands, OperandValues } from "./flag.ts";
import type { Ui } from "./output/ui.ts";

/** What a command ends with. Wrong usage, 2, is thrown. */
export type ExitCode = Exclude<AnyExitCode, 2>;

/** What a command is handed. */
export interface Invocation<O extends Operands, F extends Flags> {
  readonly operands: OperandValues<O>;
  readonly flags: FlagValues<F>;
  readonly ui: Ui;
}

/** A command's work: calls one task and prints. */
export type Body<O extends Operands, F extends Flags> = (invocation: Invocation<O, F>) => Promise<ExitCode>;

interface Row<O extends Operands, F extends Flags> {
  readonly name: string;
  readonly about: string;
  readonly operands: O;
  readonly flags: F;
  /** Lines that could be typed, without the program's name. */
  readonly examples: readonly string[];
  /** Ctrl-C asks the command to stop and keep what it has; where absent, Ctrl-C just ends it. */
  readonly stopsGently?: boolean;
  /** Loads the code that does the work: nothing heavy is read before a command runs. */
  readonly load: () => Promise<Body<O, F>>;
}

/** A row of the table of commands, its types of flags closed over. */
export interface CommandRow extends Omit<Row<Operands, Flags>, "load"> {
  /** @param parsed the command after parsing */
  readonly run: (parsed: Command, ui: Ui) => Promise<ExitCode>;
}

export function command<const O extends Operands, const F extends Flags>({ load, ...row }: Row<O, F>): CommandRow {
  const run = async (parsed: Command, ui: Ui) => {
    const [operands, flags] = [readOperands(row.operands, parsed), readFlags(row.flags, parsed)];
    return (await load())({ operands, flags, ui });
  };
  return { ...row, run };
}

/** The flags that were given, by the names of their rows. */
export function readFlags<const F extends Flags>(flags: F, parsed: Command): FlagValues<F> {
  const given = Object.entries(flags).flatMap(([key, { term, parse }]) => {
    const option = new Option(term);
    const value: unknown = parsed.getOptionValue(option.attributeName());
    // "--no-report" is on where nobody says so.
    if (value === undefined || (option.negate && value === true)) return [];
    // "--profile [file]" without a file is the empty text.
    return [[key, option.optional && value === true ? parse("") : value] as const];
  });
  return Object.fromEntries(given) as FlagValues<F>;
}

function readOperands<const O extends Operands>(operands: O, parsed: Command): OperandValues<O> {
  const given: readonly unknown[] = parsed.processedArgs;
  return Object.fromEntries(
    Object.entries(operands).map(([key, { read }], at) => [key, read(given[at])]),
  ) as OperandValues<O>;
}
