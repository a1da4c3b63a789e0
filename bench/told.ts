import { z } from "zod";
import { jsonLines } from "./json-lines.ts";

const versions = z.record(z.string(), z.string()).default({});

const step = z.object({ stepMs: z.number().positive(), peakRssMb: z.number().positive(), versions });
const job = z.object({ headSeconds: z.number(), tuneSeconds: z.number(), accuracy: z.number(), versions });

const epoch = z.object({ type: z.literal("epoch"), valAccuracy: z.number() });
const phase = z.object({ name: z.enum(["head", "tune"]), seconds: z.number() });
const run = z.object({ type: z.literal("result"), phases: z.array(phase) });

const error = z.object({ type: z.literal("error"), message: z.string() });

export type ToldStep = z.output<typeof step>;
export type ToldJob = z.output<typeof job>;

/** What a step's process told: its last JSON line, ours or a peer's. undefined where it did not. */
export const toldStep = (output: string): ToldStep | undefined => step.safeParse(jsonLines(output).at(-1)).data;

/** Why `regraft --json` gave up. */
export const toldError = (output: string): string | undefined =>
  error.safeParse(jsonLines(output).at(-1)).data?.message;

/** What a peer's script told of the whole job. */
export const toldJob = (output: string): ToldJob | undefined => job.safeParse(jsonLines(output).at(-1)).data;

/** What `regraft train --json` told of the whole job: seconds of its phases, the best of its epochs. */
export function toldRun(output: string): ToldJob | undefined {
  const lines = jsonLines(output);
  const { data } = run.safeParse(lines.at(-1));
  const epochs = lines.flatMap((line) => epoch.safeParse(line).data ?? []);
  if (!data || epochs.length === 0) return undefined;
  const secondsOf = (name: "head" | "tune") => data.phases.find((made) => made.name === name)?.seconds ?? 0;
  return {
    headSeconds: secondsOf("head"),
    tuneSeconds: secondsOf("tune"),
    accuracy: Math.max(...epochs.map(({ valAccuracy }) => valAccuracy)),
    versions: {},
  };
}
