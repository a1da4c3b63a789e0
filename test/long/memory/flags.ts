import { readArguments } from "../../../bench/read-flags.ts";
import { type Flags, type FlagValues, onOff } from "../../../src/cli/flag.ts";
import { number, oneOf, wholeNumber } from "../../../src/cli/values.ts";

export const calledAs = "npm run memory-test --";

const about = "Trains for many steps and fails where memory, open handles or threads grow";

export const memoryFlags = {
  steps: { term: "--steps <n>", about: "steps in each mode (default: 10000)", parse: wholeNumber({ min: 100 }) },
  batch: { term: "--batch <n>", about: "pictures per step (default: 8)", parse: wholeNumber({ min: 1 }) },
  mode: {
    term: "--mode <mode>",
    about: "head (on cached features) or augmented (all layers, pictures decoded in every epoch) (default: both)",
    parse: oneOf({ head: "head", augmented: "augmented" }),
  },
  growth: {
    term: "--growth <share>",
    about: "by how much memory may grow after warm-up (default: 0.05)",
    parse: number({ min: 0 }),
  },
  json: onOff("--json", "the figures as JSON, with every sample"),
} as const satisfies Flags;

export type MemoryFlags = FlagValues<typeof memoryFlags>;

/** @throws {UsageError} "bad-option" · {CommanderError}, also after --help, with exit code 0 */
export const parseFlags = (argv: readonly string[], { print }: { readonly print: (text: string) => void }) =>
  readArguments(argv, { flags: memoryFlags, calledAs, about, print });
