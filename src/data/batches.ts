import type { ErrorCode } from "../base/error-codes.ts";
import { DataError, GraphError, TrainingError } from "../base/errors.ts";
import { checkNumber, refuseUnknown } from "../base/options.ts";
import { formatShape, type StaticShape, sizeOf } from "../base/shape.ts";
import { type Tensor, tensor } from "../base/tensor.ts";
import type { RgbImage } from "../image/image.ts";
import type { Dataset } from "./dataset.ts";
import { limit } from "./limit.ts";
import { prefetch } from "./prefetch.ts";

/** Prepared examples, in the order of the indices asked for, unreadable ones left out. */
export interface Batch {
  /** Which examples of the data set these are. */
  readonly indices: readonly number[];
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
  /** A picture as the model's input. */
  readonly prepare: (image: RgbImage, index: number) => Float32Array;
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
 * @throws {GraphError} "bad-shape" where `prepare` does not give `shape`
 * @throws whatever `load` throws beside "unreadable-image" and "image-too-small"
 */
export function batches(dataset: Dataset, options: BatchesOptions): AsyncIterable<Batch> {
  const { indices, batch, shape, prepare, onBad, ahead = 2, parallel = 8, signal, ...rest } = options;
  refuseUnknown("batches", rest);
  checkNumber("batch", batch, { min: 1, integer: true });
  checkNumber("ahead", ahead, { min: 1, integer: true });
  checkNumber("parallel", parallel, { min: 1, integer: true });
  const state = { isUnwanted: false };
  const inTurn = limit(parallel);
  const read = (index: number): Promise<Example> =>
    inTurn(() => (state.isUnwanted || signal?.aborted ? unread(index) : readExample(dataset, index, prepare)));
  const tasks = chunks(indices, batch).map((chunk) => () => Promise.all(chunk.map(read)));
  const onLeave = () => {
    state.isUnwanted = true;
  };
  return readable(prefetch(tasks, { ahead, onLeave }), { dataset, shape, onBad, signal });
}

type Example =
  | { readonly index: number; readonly input: Float32Array }
  | { readonly index: number; readonly error: unknown };

/** Never rejects: a picture's failure must not end the wait for its neighbours. */
async function readExample(dataset: Dataset, index: number, prepare: BatchesOptions["prepare"]): Promise<Example> {
  try {
    return { index, input: prepare(await dataset.load(index), index) };
  } catch (error) {
    return { index, error };
  }
}

const unread = async (index: number): Promise<Example> => ({
  index,
  error: new TrainingError("interrupted", `Example ${index} was not read: the iteration was ended.`),
});

interface ReadableOptions {
  readonly dataset: Dataset;
  readonly shape: StaticShape;
  readonly onBad: BatchesOptions["onBad"];
  readonly signal: StopSignal | undefined;
}

async function* readable(
  decoded: AsyncIterable<readonly Example[]>,
  { dataset, shape, onBad, signal }: ReadableOptions,
): AsyncGenerator<Batch, void, void> {
  for await (const examples of decoded) {
    if (signal?.aborted) return;
    const good = examples.filter((example) => "input" in example);
    for (const example of examples) if ("error" in example) reportBad(example.index, example.error, onBad);
    if (good.length > 0) yield collate(good, shape, dataset);
    if (signal?.aborted) return;
  }
}

const badCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["unreadable-image", "image-too-small"]);

function reportBad(index: number, error: unknown, onBad: BatchesOptions["onBad"]): void {
  if (!(error instanceof DataError) || !badCodes.has(error.code)) throw error;
  onBad(index, error);
}

function collate(
  examples: readonly { readonly index: number; readonly input: Float32Array }[],
  shape: StaticShape,
  dataset: Dataset,
): Batch {
  const size = sizeOf(shape);
  const data = new Float32Array(examples.length * size);
  for (const [at, { index, input }] of examples.entries()) {
    if (input.length !== size) {
      const message = `Example ${dataset.name(index)} was prepared as ${input.length} numbers; shape ${formatShape(shape)} has ${size}.`;
      throw new GraphError("bad-shape", message);
    }
    data.set(input, at * size);
  }
  const indices = examples.map(({ index }) => index);
  return {
    indices,
    inputs: tensor("float32", [examples.length, ...shape], data),
    labels: indices.map((index) => dataset.label(index)),
  };
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, at) => items.slice(at * size, (at + 1) * size));
}
