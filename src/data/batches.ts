import { DataError, TrainingError } from "../base/errors.ts";
import { checkNumber, refuseUnknown } from "../base/options.ts";
import { type StaticShape, sizeOf } from "../base/shape.ts";
import { type Tensor, tensor } from "../base/tensor.ts";
import { weightedTurns } from "../base/weighted-turns.ts";
import type { RgbImage } from "../image/image.ts";
import type { Dataset } from "./dataset.ts";
import { prefetch } from "./prefetch.ts";

/** Prepared examples, in the order of the indices asked for, unreadable ones left out. */
export interface Batch {
  /** Which examples of the data set these are. */
  readonly indices: readonly number[];
  /** How many of the indices asked for are done with this batch. */
  readonly end: number;
  /** [N, ...shape]; N is `indices.length`, at least 1. */
  readonly inputs: Tensor<"float32">;
  readonly labels: readonly number[];
}

/** Says that work is no longer wanted. An AbortSignal is one. */
export interface StopSignal {
  readonly aborted: boolean;
}

export interface BatchesOptions {
  /** The examples wanted, in this order. */
  readonly indices: readonly number[];
  /** Examples per batch, from 1; the last batch may be smaller. */
  readonly batch: number;
  /** Shape of one prepared example. */
  readonly shape: StaticShape;
  /**
   * Writes a picture as the model's input: all numbers of `into`, [...shape]. `place` is where the example stands in
   * `indices`: one may stand there several times.
   */
  readonly prepare: (image: RgbImage, into: Float32Array, index: number, place: number) => void;
  /** Told of each picture that cannot be read, in order, when its batch is due. What it throws ends the iteration. */
  readonly onBad: (index: number, error: DataError) => void;
  /** Batches that are decoded in advance while the consumer works, from 1. */
  readonly ahead?: number;
  /** Pictures that are decoded at a time: what bounds the memory for large photos. */
  readonly parallel?: number;
  /** Ends the iteration before the next batch. */
  readonly signal?: StopSignal;
}

/**
 * Batches of a data set, decoded in advance in the background. The order is that of `indices`, whatever is ready first.
 * A consumer that leaves early waits for the pictures being decoded, and nothing goes on behind its back.
 *
 * @throws {UsageError} "bad-option"
 * @throws whatever `load` and `prepare` throw beside "unreadable-image"
 */
export function batches(dataset: Dataset, options: BatchesOptions): AsyncIterable<Batch> {
  const { indices, batch, shape, prepare, onBad, ahead = 2, parallel = 8, signal, ...rest } = options;
  refuseUnknown("batches", rest);
  checkNumber("batch", batch, { min: 1, integer: true });
  checkNumber("ahead", ahead, { min: 1, integer: true });
  checkNumber("parallel", parallel, { min: 1, integer: true });
  const state = { isUnwanted: false };
  const turns = weightedTurns(parallel);
  const read: Reader = (index, into, place) =>
    turns(1, async () => {
      if (state.isUnwanted || signal?.aborted) throw unread(index);
      prepare(await dataset.load(index), into, index, place);
    });
  const tasks = chunks(indices, batch).map(
    (chunk, at) => () => readChunk(chunk, { dataset, shape, read, start: at * batch }),
  );
  const onLeave = () => {
    state.isUnwanted = true;
  };
  return readable(prefetch(tasks, { ahead, onLeave }), { onBad, signal });
}

type Reader = (index: number, into: Float32Array, place: number) => Promise<void>;

interface Failure {
  readonly index: number;
  readonly error: unknown;
}

/** Examples of one batch, those that could not be read apart. */
interface Chunk {
  readonly batch: Batch | undefined;
  readonly failures: readonly Failure[];
}

interface ChunkOptions {
  readonly dataset: Dataset;
  readonly shape: StaticShape;
  readonly read: Reader;
  /** The place of its first example. */
  readonly start: number;
}

/** Each example is written where it belongs in the batch. One that fails does not end the wait for its neighbours. */
async function readChunk(indices: readonly number[], { dataset, shape, read, start }: ChunkOptions): Promise<Chunk> {
  const size = sizeOf(shape);
  const data = new Float32Array(indices.length * size);
  const results = await Promise.allSettled(
    indices.map((index, at) => read(index, data.subarray(at * size, (at + 1) * size), start + at)),
  );
  const examples = indices.map((index, at) => ({ index, at, result: results[at] }));
  const failures = examples.flatMap(({ index, result }): Failure[] =>
    result?.status === "rejected" ? [{ index, error: result.reason }] : [],
  );
  const good = examples.filter(({ result }) => result?.status === "fulfilled");
  if (good.length === 0) return { batch: undefined, failures };
  const batch = {
    indices: good.map(({ index }) => index),
    end: start + indices.length,
    inputs: tensor("float32", [good.length, ...shape], only(good, data, size)),
    labels: good.map(({ index }) => dataset.label(index)),
  };
  return { batch, failures };
}

/** The examples' numbers alone; `data` itself where that is all of it. */
function only(examples: readonly { readonly at: number }[], data: Float32Array, size: number): Float32Array {
  if (examples.length * size === data.length) return data;
  const result = new Float32Array(examples.length * size);
  for (const [to, { at }] of examples.entries()) result.set(data.subarray(at * size, (at + 1) * size), to * size);
  return result;
}

const unread = (index: number) =>
  new TrainingError("interrupted", `Example ${index} was not read: the iteration was ended.`);

interface ReadableOptions {
  readonly onBad: BatchesOptions["onBad"];
  readonly signal: StopSignal | undefined;
}

async function* readable(
  chunks: AsyncIterable<Chunk>,
  { onBad, signal }: ReadableOptions,
): AsyncGenerator<Batch, void, void> {
  for await (const { batch, failures } of chunks) {
    if (signal?.aborted) return;
    for (const { index, error } of failures) reportBad(index, error, onBad);
    if (batch) yield batch;
    if (signal?.aborted) return;
  }
}

function reportBad(index: number, error: unknown, onBad: BatchesOptions["onBad"]): void {
  if (!(error instanceof DataError) || error.code !== "unreadable-image") throw error;
  onBad(index, error);
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, at) => items.slice(at * size, (at + 1) * size));
}
