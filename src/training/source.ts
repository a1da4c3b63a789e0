import type { StopSignal } from "../data/batches.ts";
import type { Tensors } from "../runtime/runtime.ts";

/** A batch ready for a program: its input tensors by name, [N, ...], and its targets, [N, C] flat. */
export interface Examples {
  readonly indices: readonly number[];
  readonly inputs: Tensors;
  readonly targets: Float32Array;
}

/** Examples as a program reads them: pictures prepared on the fly, or features from a cache. */
export interface Source {
  /**
   * Does once what every pass needs, e.g. fills a cache; a pass does it too where this was not called. Ends early,
   * with the work half done, where the signal says so.
   */
  prepare(signal?: StopSignal): Promise<void>;
  /** Indices of the examples that can be read, as far as known. */
  indices(): readonly number[];
  /** Batches in the order given. Examples that turn out unreadable are left out. */
  batches(request: BatchRequest): AsyncIterable<Examples>;
}

export interface BatchRequest {
  readonly order: readonly number[];
  /** Examples per batch; the last one may be smaller. */
  readonly batch: number;
  /** Names the pass, so that augmentation differs from epoch to epoch and can be repeated. */
  readonly epoch: number;
  /** Ends the pass before the next batch. */
  readonly signal?: StopSignal | undefined;
}
