import type { BadImage } from "../data/bad-images.ts";
import type { StopSignal } from "../data/batches.ts";
import type { Tensors } from "../runtime/runtime.ts";

/** A batch ready for a program: its input tensors by name, [N, ...], and its targets, [N, C] flat. */
export interface Examples {
  readonly indices: readonly number[];
  readonly inputs: Tensors;
  readonly targets: Float32Array;
}

/** A batch of a pass. */
export interface PassExamples extends Examples {
  /** Where the pass stands behind this batch: its request goes on there with `from`. */
  readonly end: number;
}

/** Examples as a program reads them: pictures prepared on the fly, or features from a cache. */
export interface Source {
  /**
   * Does once what every pass needs, e.g. fills a cache; a pass does it too where this was not called. Ends early,
   * with the work half done, where the signal says so.
   */
  prepare(signal?: StopSignal): Promise<void>;
  /** Indices of the examples that can be read, as far as known, rising. */
  indices(): readonly number[];
  /** Examples that could not be read so far. */
  leftOut(): readonly BadImage[];
  /** Leaves out what an earlier process could not read. */
  recall(leftOut: readonly BadImage[]): void;
  /** Batches in the order given. Examples that turn out unreadable are left out. */
  batches(request: BatchRequest): AsyncIterable<PassExamples>;
}

export interface BatchRequest {
  readonly order: readonly number[];
  /** Examples per batch; the last one may be smaller. */
  readonly batch: number;
  /** Where to begin: 0, or the `end` of a batch of the same pass. */
  readonly from?: number;
  /** Names the pass, so that augmentation differs from epoch to epoch and can be repeated. */
  readonly epoch: number;
  /** Ends the pass before the next batch. */
  readonly signal?: StopSignal | undefined;
}
