import { TrainingError } from "../base/errors.ts";
import type { MemoryBudget } from "../base/memory-budget.ts";
import { type StaticShape, sizeOf } from "../base/shape.ts";
import { bytesOf, tensor } from "../base/tensor.ts";
import type { StopSignal } from "../data/batches.ts";
import { float32Output } from "../runtime/outputs.ts";
import type { Session, Tensors } from "../runtime/runtime.ts";
import type { Scratch, Store } from "../store/store.ts";
import { stackTargets } from "./pixel-source.ts";
import type { Source } from "./source.ts";

/** A tensor at the boundary between the frozen and the trained part; shape of one example. */
export interface Feature {
  readonly name: string;
  readonly shape: StaticShape;
}

export interface FeatureCacheOptions {
  readonly features: readonly Feature[];
  readonly store: Store;
  /** Folder for what does not fit in memory. */
  readonly scratchFolder: string;
  /** What may stay in memory; the rest goes to disk. Several caches can share one. */
  readonly memory: MemoryBudget;
}

/**
 * What the frozen part of a model makes of each example. With a frozen base and no augmentation every epoch would
 * compute the same features again: here each example goes through the frozen part once. Memory is bounded; what is
 * beyond it lies in one scratch file.
 */
export class FeatureCache {
  readonly #options: FeatureCacheOptions;
  readonly #inMemory = new Map<number, Float32Array>();
  readonly #onDisk = new Map<number, number>();
  readonly #length: number;
  #scratch: Scratch | undefined;

  constructor(options: FeatureCacheOptions) {
    this.#options = options;
    this.#length = options.features.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  }

  /** Bytes of one example's features. */
  get bytesPerExample(): number {
    return this.#length * Float32Array.BYTES_PER_ELEMENT;
  }

  /** Examples in the scratch file. */
  get spilled(): number {
    return this.#onDisk.size;
  }

  has(index: number): boolean {
    return this.#inMemory.has(index) || this.#onDisk.has(index);
  }

  /** Keeps a batch of features, each [N, ...]. @throws {HostError} "disk-full" */
  async add(indices: readonly number[], features: Tensors): Promise<void> {
    for (const [row, index] of indices.entries()) await this.#keep(index, this.#rowOf(features, row));
  }

  /** The features of some examples as a batch, each [N, ...]. */
  async read(indices: readonly number[]): Promise<Tensors> {
    const rows = await Promise.all(indices.map((index) => this.#row(index)));
    let start = 0;
    const stacked = this.#options.features.map(({ name, shape }) => {
      const length = sizeOf(shape);
      const data = new Float32Array(rows.length * length);
      for (const [at, row] of rows.entries()) data.set(row.subarray(start, start + length), at * length);
      start += length;
      return [name, tensor("float32", [rows.length, ...shape], data)] as const;
    });
    return Object.fromEntries(stacked);
  }

  async close(): Promise<void> {
    this.#inMemory.clear();
    await this.#scratch?.close();
  }

  async #keep(index: number, row: Float32Array): Promise<void> {
    if (this.#options.memory.take(this.bytesPerExample)) {
      this.#inMemory.set(index, row);
      return;
    }
    const { store, scratchFolder } = this.#options;
    this.#scratch ??= await store.scratch(scratchFolder);
    this.#onDisk.set(index, await this.#scratch.append(bytesOf(tensor("float32", [row.length], row))));
  }

  async #row(index: number): Promise<Float32Array> {
    const kept = this.#inMemory.get(index);
    if (kept) return kept;
    const offset = this.#onDisk.get(index);
    if (offset === undefined || !this.#scratch) {
      throw new TrainingError("not-compiled", `Example ${index} is not in the feature cache.`);
    }
    const row = new Float32Array(this.#length);
    await this.#scratch.read(offset, new Uint8Array(row.buffer));
    return row;
  }

  #rowOf(features: Tensors, row: number): Float32Array {
    const flat = new Float32Array(this.#length);
    let start = 0;
    for (const { name, shape } of this.#options.features) {
      const length = sizeOf(shape);
      flat.set(float32Output(features, name).subarray(row * length, (row + 1) * length), start);
      start += length;
    }
    return flat;
  }
}

export interface CachedSourceOptions {
  readonly cache: FeatureCache;
  /** The pictures that the features are made of. */
  readonly pixels: Source;
  /** The frozen part: pictures in, features out. */
  readonly frozen: Session;
  readonly target: (index: number) => ArrayLike<number>;
  /** Hears of examples as they are added, while the cache is filled. */
  readonly onFill?: ((done: number, total: number) => void) | undefined;
}

/** Examples a fill runs through the frozen part at once. */
export const fillBatch = 32;

/** Features instead of pictures; the first pass computes those that are missing. */
export function cachedSource({ cache, pixels, frozen, target, onFill }: CachedSourceOptions): Source {
  const fill = async (order: readonly number[], signal?: StopSignal) => {
    const missing = order.filter((index) => !cache.has(index));
    let done = 0;
    for await (const { indices, inputs } of pixels.batches({ order: missing, batch: fillBatch, epoch: 0, signal })) {
      await cache.add(indices, await frozen.run(inputs));
      done += indices.length;
      onFill?.(done, missing.length);
    }
  };
  return {
    prepare: (signal) => fill(pixels.indices(), signal),
    indices: pixels.indices,
    leftOut: pixels.leftOut,
    recall: pixels.recall,
    async *batches({ order, batch, from = 0 }) {
      await fill(order);
      const readable = order.filter((index) => cache.has(index));
      for (let start = from; start < readable.length; start += batch) {
        const indices = readable.slice(start, start + batch);
        const end = start + indices.length;
        yield { indices, end, inputs: await cache.read(indices), targets: stackTargets(indices, target) };
      }
    },
  };
}
