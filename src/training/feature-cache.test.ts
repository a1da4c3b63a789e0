import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fakeSource } from "../../test/fixtures/fake-training.ts";
import { MemoryBudget } from "../base/memory-budget.ts";
import { random } from "../base/random.ts";
import { bytesOf, floats, numbersOf, type Tensor, tensor } from "../base/tensor.ts";
import type { Session } from "../runtime/runtime.ts";
import { memoryStore } from "../store/memory-store.ts";
import { nodeStore } from "../store/node/node-store.ts";
import type { Store } from "../store/store.ts";
import { cachedSource, FeatureCache } from "./feature-cache.ts";
import type { PassExamples, Source } from "./source.ts";

const features = [
  { name: "a", shape: [2, 3] },
  { name: "b", shape: [] },
] as const;
const bytesPerExample = 4 * (6 + 1);

/** Values with every kind of bits: normal, tiny, −0, infinite. */
function numbers(index: number, count: number): readonly number[] {
  const rng = random(index);
  const odd = [-0, 1e-45, Number.POSITIVE_INFINITY];
  return Array.from({ length: count }, (_, at) => odd[(index + at) % 7] ?? rng.normal());
}

const batchOf = (indices: readonly number[]): Readonly<Record<string, Tensor>> => ({
  a: floats(
    indices.flatMap((index) => [...numbers(index, 6)]),
    [indices.length, 2, 3],
  ),
  b: floats(
    indices.flatMap((index) => [...numbers(index + 100, 1)]),
    [indices.length],
  ),
});

async function filled({
  examplesInMemory = 0,
  store = memoryStore(),
  folder = "/scratch",
}: {
  readonly examplesInMemory?: number;
  readonly store?: Store;
  readonly folder?: string;
}): Promise<FeatureCache> {
  const memoryBytes = examplesInMemory * bytesPerExample;
  const cache = new FeatureCache({ features, store, scratchFolder: folder, memory: new MemoryBudget(memoryBytes) });
  for (const indices of [[4, 0, 9], [2], [7, 1]]) await cache.add(indices, batchOf(indices));
  return cache;
}

describe("FeatureCache", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "regraft-cache-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each([
    [6, 0],
    [4, 2],
    [1, 5],
    [0, 6],
  ])(
    "with memory for %d examples, %d of six lie on disk; all read back to the last bit in any order",
    async (room, spilled) => {
      const cache = await filled({ examplesInMemory: room, store: nodeStore(), folder });
      expect(cache.spilled).toBe(spilled);
      for (const order of [[0, 1, 2, 4, 7, 9], [9, 7, 4, 2, 1, 0], [7], [2, 2, 9]]) {
        expect(await cache.read(order)).toEqual(batchOf(order));
      }
      await cache.close();
    },
  );

  test("memory stays below its limit by whole examples", async () => {
    const memoryBytes = 3 * bytesPerExample - 1;
    const cache = new FeatureCache({
      features,
      store: memoryStore(),
      scratchFolder: "/s",
      memory: new MemoryBudget(memoryBytes),
    });
    expect(cache.bytesPerExample).toBe(bytesPerExample);
    await cache.add([0, 1, 2, 3], batchOf([0, 1, 2, 3]));
    expect(cache.spilled).toBe(2);
  });

  test("knows what it has", async () => {
    const cache = await filled({ examplesInMemory: 3 });
    expect([0, 1, 2, 3, 4, 9].map((index) => cache.has(index))).toEqual([true, true, true, false, true, true]);
    await expect(cache.read([0, 3])).rejects.toThrow("Example 3 is not in the feature cache.");
  });

  test("gives copies: what is done to a batch does not reach the cache", async () => {
    const cache = await filled({ examplesInMemory: 6 });
    for (const value of Object.values(await cache.read([4, 0]))) bytesOf(value).fill(0);
    expect(await cache.read([4, 0])).toEqual(batchOf([4, 0]));
  });

  test("leaves no file behind", async () => {
    const cache = await filled({ store: nodeStore(), folder });
    await cache.close();
    expect(await readdir(folder)).toEqual([]);
  });

  test("touches the disk only when memory is full", async () => {
    let opened = 0;
    const memory = memoryStore();
    const scratch = (path: string) => {
      opened++;
      return memory.scratch(path);
    };
    const store: Store = Object.assign(memoryStore(), { scratch });
    await filled({ examplesInMemory: 6, store });
    expect(opened).toBe(0);
    await filled({ examplesInMemory: 5, store });
    expect(opened).toBe(1);
  });
});

describe("cachedSource", () => {
  /** A frozen part that gives y = 10·x, and counts what goes through it. */
  function frozenPart() {
    const seen: number[] = [];
    const session: Session = {
      run: async ({ x }) => {
        const values = x ? numbersOf(x) : [];
        seen.push(...values);
        return {
          y: floats(
            values.map((value) => value * 10),
            [values.length, 1],
          ),
        };
      },
      release: async () => {},
    };
    return { seen, session };
  }

  function source(pixels: Source, onFill?: (done: number, total: number) => void) {
    const cache = new FeatureCache({
      features: [{ name: "y", shape: [1] }],
      store: memoryStore(),
      scratchFolder: "/s",
      memory: new MemoryBudget(20 * 4),
    });
    const frozen = frozenPart();
    const target = (index: number) => [index % 2, 1 - (index % 2)];
    return { cache, seen: frozen.seen, made: cachedSource({ cache, pixels, frozen: frozen.session, target, onFill }) };
  }

  async function pass(
    made: Source,
    order: readonly number[],
    epoch: number,
    from = 0,
  ): Promise<readonly PassExamples[]> {
    const batches: PassExamples[] = [];
    for await (const batch of made.batches({ order, batch: 4, epoch, from })) batches.push(batch);
    return batches;
  }

  const byValue = (a: number, b: number): number => a - b;
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

  test("runs each example through the frozen part once, however many epochs follow", async () => {
    const pixels = fakeSource(50);
    const { made, seen } = source(pixels);
    await made.prepare();
    for (const epoch of [1, 2, 3]) await pass(made, random(epoch).shuffle(made.indices()), epoch);
    expect([...seen].sort(byValue)).toEqual(upTo(50));
    expect(pixels.requests.filter(({ order }) => order.length > 0).length).toBe(1);
  });

  test("gives features and targets in the order asked for", async () => {
    const { made } = source(fakeSource(50));
    await made.prepare();
    expect(await pass(made, [49, 3, 20, 7, 1], 1)).toEqual([
      {
        indices: [49, 3, 20, 7],
        end: 4,
        inputs: { y: floats([490, 30, 200, 70], [4, 1]) },
        targets: Float32Array.of(1, 0, 1, 0, 0, 1, 1, 0),
      },
      {
        indices: [1],
        end: 5,
        inputs: { y: tensor("float32", [1, 1], Float32Array.of(10)) },
        targets: Float32Array.of(1, 0),
      },
    ]);
  });

  test("goes on where a pass stood", async () => {
    const { made } = source(fakeSource(50));
    const order = [49, 3, 20, 7, 1, 6, 9, 2, 11];
    const whole = await pass(made, order, 1);
    expect(whole.map(({ end }) => end)).toEqual([4, 8, 9]);
    expect(await pass(made, order, 1, 4)).toEqual(whole.slice(1));
  });

  test("a pass that was not prepared fills what is missing", async () => {
    const { made, seen } = source(fakeSource(50));
    await pass(made, [5, 6], 1);
    await pass(made, [6, 7], 2);
    expect(seen).toEqual([5, 6, 7]);
  });

  test("unreadable pictures are left out", async () => {
    const { made, seen } = source(fakeSource(10, { bad: [2, 5] }));
    await made.prepare();
    const indices = (await pass(made, upTo(10), 1)).map((batch) => batch.indices);
    expect(indices).toEqual([
      [0, 1, 3, 4],
      [6, 7, 8, 9],
    ]);
    expect(seen).not.toContain(2);
    expect(made.indices()).toEqual([0, 1, 3, 4, 6, 7, 8, 9]);
  });

  test("tells how far it is", async () => {
    const told: (readonly [number, number])[] = [];
    const { made } = source(fakeSource(50), (done, total) => told.push([done, total]));
    await made.prepare();
    await made.prepare();
    expect(told).toEqual([
      [32, 50],
      [50, 50],
    ]);
  });

  test("a signal ends the preparation, and what was done is kept", async () => {
    const signal = { aborted: false };
    const { made, seen } = source(fakeSource(100), (done) => {
      signal.aborted = done >= 64;
    });
    await made.prepare(signal);
    expect(seen.length).toBe(64);
    await made.prepare();
    expect([...seen].sort(byValue)).toEqual(upTo(100));
  });
});
