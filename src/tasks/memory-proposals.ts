/** A size of batch, and how many of them make an update. */
export interface BatchPlan {
  /** Examples per batch. */
  readonly batch: number;
  /** Batches per update. */
  readonly accumulate: number;
}

/** Batches that would fit, undefined where none was found. */
export interface BatchProposals {
  /** The largest batches whose gradients, summed, update the weights by as many examples as before. */
  readonly sameUpdate: BatchPlan | undefined;
  /** The largest batch that updates the weights by itself. */
  readonly smaller: BatchPlan | undefined;
}

export interface ProposalOptions extends BatchPlan {
  /** The smallest batch that can be trained on. */
  readonly smallest: number;
  /** Examples that there are: what is left over of them is a batch too. */
  readonly examples: number;
  /** Whether a `fit` in such batches goes into memory. */
  readonly fits: (plan: BatchPlan) => boolean;
}

/** Looks for batches that go into memory, in place of those that do not. */
export function proposals(options: ProposalOptions): BatchProposals {
  const { batch, accumulate, smallest, examples, fits } = options;
  const leavesEnough = (size: number) => size >= smallest && (examples % size || size) >= smallest;
  const parts = numbersTo(batch).filter((count) => count > 1 && batch % count === 0);
  const sameUpdate = parts
    .map((count) => ({ batch: batch / count, accumulate: accumulate * count }))
    .find((plan) => leavesEnough(plan.batch) && fits(plan));
  const smaller = roundSizes(batch)
    .map((size) => ({ batch: size, accumulate }))
    .find((plan) => leavesEnough(plan.batch) && fits(plan));
  return { sameUpdate, smaller };
}

/** Below `batch`, falling, a few for each power of two: 48, 40, 32, 24, 20, 16, 12, ... */
function roundSizes(batch: number): readonly number[] {
  const step = (size: number) => Math.max(1, 2 ** Math.floor(Math.log2(size / 4)));
  return numbersTo(batch - 1)
    .filter((size) => size % step(size) === 0)
    .reverse();
}

const numbersTo = (last: number): readonly number[] => Array.from({ length: Math.max(0, last) }, (_, at) => at + 1);
