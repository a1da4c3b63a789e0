import { HostError } from "../base/errors.ts";
import { boundNames, type MemoryBound } from "../base/memory-bound.ts";
import { bytes, counted } from "../base/words.ts";
import type { ExpectedFit, FitMemory } from "./fit-memory.ts";
import { type BatchPlan, type BatchProposals, proposals } from "./memory-proposals.ts";

/** Foresees the memory of a `fit` in batches of some size. */
export type Foresee = (plan: BatchPlan) => FitMemory;

export interface FitsTrainingOptions {
  readonly fit: ExpectedFit;
  readonly foresee: Foresee;
  readonly bounds: readonly MemoryBound[];
  /** The smallest batch that can be trained on. */
  readonly smallestBatch: number;
}

/**
 * Refuses a `fit` that takes more memory than there is, before anything is trained, and proposes batches that fit.
 *
 * @throws {HostError} "out-of-memory"
 */
export function requireFitMemory({ fit, foresee, bounds, smallestBatch }: FitsTrainingOptions): FitMemory {
  const memory = foresee(fit);
  const short = shortest(memory, bounds);
  if (!short) return memory;
  const { batch, accumulate, train: examples } = fit;
  const found = proposals({
    ...{ batch, accumulate, examples, smallest: smallestBatch },
    fits: (plan) => shortest(foresee(plan), bounds) === undefined,
  });
  const { bound, wanted } = short;
  throw new HostError(
    "out-of-memory",
    `Training in batches of ${counted(batch, "picture")} takes about ${bytes(wanted)} more memory than is in use, ${bytes(spare * wanted)} with room to spare; there are ${bytes(bound.freeBytes)} left of ${boundNames[bound.kind]} (${bytes(bound.limitBytes)}).`,
    { hint: `${proposalWords(found)} To try it all the same: --no-memory-check (checkMemory: false).` },
  );
}

/** An estimate may be too low by a fifth; beyond a limit a process is ended without a word. */
const spare = 1.25;

interface Short {
  readonly bound: MemoryBound;
  /** Bytes beyond those that the process holds. */
  readonly wanted: number;
}

/** The bound that is missed by most. */
function shortest(memory: FitMemory, bounds: readonly MemoryBound[]): Short | undefined {
  const wantedOf = ({ kind }: MemoryBound) =>
    kind === "address-space" || kind === "data-segment" ? memory.addressBytes : memory.peakBytes - memory.heldBytes;
  const missed = bounds
    .map((bound) => ({ bound, wanted: wantedOf(bound) }))
    .filter(({ bound, wanted }) => spare * wanted > bound.freeBytes);
  return missed.sort((a, b) => b.wanted - b.bound.freeBytes - (a.wanted - a.bound.freeBytes))[0];
}

/** Why a `fit` does not go into memory, in words; undefined where it does. */
export function shortage(memory: FitMemory, bounds: readonly MemoryBound[]): string | undefined {
  const short = shortest(memory, bounds);
  return short && `it would take ${bytes(short.wanted)}, and ${bytes(short.bound.freeBytes)} are free`;
}

/** "Use --batch 8 --accumulate 4 (...), or --batch 16." */
export function proposalWords({ sameUpdate, smaller }: BatchProposals): string {
  const same = sameUpdate && `${flags(sameUpdate)}, which updates the weights by as many pictures as before`;
  const options = [same, smaller && flags(smaller)].filter((option) => option !== undefined);
  return options.length > 0
    ? `Use ${options.join(", or ")}.`
    : "No smaller batch fits either: train fewer layers (--unfreeze last:3), a smaller network or smaller pictures, or use a machine with more memory.";
}

const flags = ({ batch, accumulate }: BatchPlan): string =>
  `--batch ${batch}${accumulate === 1 ? "" : ` --accumulate ${accumulate}`}`;

/** For `catch`: where memory ran out while training, an error that says what to do about it; anything else is thrown on. */
export const withSmallerBatch =
  ({ batch, accumulate }: BatchPlan) =>
  (error: unknown): never => {
    if (!(error instanceof HostError) || error.code !== "out-of-memory") throw error;
    const words = proposalWords(proposals({ batch, accumulate, smallest: 1, examples: batch, fits: isQuarter(batch) }));
    throw new HostError(
      "out-of-memory",
      `The memory ran out while training in batches of ${counted(batch, "picture")}.`,
      {
        hint: `${words} Or leave more memory to it: other programs, limits (ulimit -v, control groups).`,
        cause: error,
      },
    );
  };

/** Summed gradients have a session of their own: only a quarter of a batch takes half of its memory. */
const isQuarter =
  (batch: number) =>
  ({ batch: size, accumulate }: BatchPlan): boolean =>
    size <= batch / (accumulate > 1 ? 4 : 2);
