import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DataError } from "../base/errors.ts";
import { arrayDataset } from "./array-dataset.ts";
import { type Batch, type BatchesOptions, batches } from "./batches.ts";
import type { Dataset } from "./dataset.ts";
import { plainPicture } from "./dataset-contract.ts";

const size = 10;
const whole = arrayDataset({
  classes: ["even", "odd"],
  images: Array.from({ length: size }, (_, index) => plainPicture(index)),
  labels: Array.from({ length: size }, (_, index) => index % 2),
});

const options: BatchesOptions = {
  indices: [...Array(size).keys()],
  batch: 4,
  shape: [2],
  prepare: ({ data }, into, index) => into.set([data[0] ?? -1, index]),
  onBad: (_, error) => {
    throw error;
  },
};

async function collect(dataset: Dataset, changes: Partial<BatchesOptions> = {}): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of batches(dataset, { ...options, ...changes })) all.push(batch);
  return all;
}

/** Fails for the indices given, as a broken file does. */
const broken = (
  bad: readonly number[],
  error: (index: number) => Error = (index) => new DataError("unreadable-image", `bad ${index}`),
): Dataset => ({
  ...whole,
  load: async (index) => {
    if (bad.includes(index)) throw error(index);
    return whole.load(index);
  },
});

/** Finishes in the reverse of the order in which it was asked, and counts what is under way. */
function slow() {
  const count = { started: 0, finished: 0, most: 0 };
  const dataset: Dataset = {
    ...whole,
    async load(index) {
      count.started++;
      count.most = Math.max(count.most, count.started - count.finished);
      await new Promise((resolve) => setTimeout(resolve, 12 - index));
      count.finished++;
      return whole.load(index);
    },
  };
  return { dataset, count };
}

const tick = () => new Promise((resolve) => setTimeout(resolve, 40));

describe("batches", () => {
  const unhandled = vi.fn();
  beforeEach(() => {
    unhandled.mockReset();
    process.on("unhandledRejection", unhandled);
  });
  afterEach(async () => {
    await tick();
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it("gives inputs, labels and indices in the order asked for, whatever is ready first", async () => {
    const indices = [9, 0, 3, 1, 2];
    const [first, second, ...others] = await collect(slow().dataset, { indices, batch: 3 });
    expect(first).toMatchObject({ indices: [9, 0, 3], labels: [1, 0, 1] });
    expect(first?.inputs).toMatchObject({ dtype: "float32", shape: [3, 2] });
    expect([...(first?.inputs.data ?? [])]).toEqual([9, 9, 0, 0, 3, 3]);
    expect(second).toMatchObject({ indices: [1, 2], labels: [1, 0] });
    expect(second?.inputs.shape).toEqual([2, 2]);
    expect(others).toEqual([]);
  });

  it("decodes ahead while the consumer works, but no further than told", async () => {
    const { dataset, count } = slow();
    for await (const { indices } of batches(dataset, { ...options, batch: 2, ahead: 2 })) {
      await tick();
      const taken = (indices.at(-1) ?? 0) + 1;
      expect(count.finished).toBe(Math.min(size, taken + 4));
      expect(count.started).toBe(count.finished);
    }
    expect(count.finished).toBe(size);
  });

  it("decodes at most `parallel` pictures at a time", async () => {
    for (const parallel of [1, 3]) {
      const { dataset, count } = slow();
      expect((await collect(dataset, { parallel })).flatMap(({ indices }) => indices)).toEqual(options.indices);
      expect(count.most).toBe(parallel);
    }
  });

  it("leaves bad pictures out, tells of each in order, and skips a batch of nothing else", async () => {
    const told: number[] = [];
    const all = await collect(broken([1, 4, 5, 6, 7, 9]), { onBad: (index) => told.push(index) });
    expect(all.map(({ indices }) => indices)).toEqual([[0, 2, 3], [8]]);
    expect(all.map(({ labels }) => labels)).toEqual([[0, 0, 1], [0]]);
    expect([...(all[0]?.inputs.data ?? [])]).toEqual([0, 0, 2, 2, 3, 3]);
    expect(told).toEqual([1, 4, 5, 6, 7, 9]);
  });

  it("ends with what onBad throws", async () => {
    await expect(collect(broken([5]))).rejects.toMatchObject({ code: "unreadable-image", message: "bad 5" });
  });

  it.each([
    ["of the disk", (index: number) => new DataError("no-such-file", `gone ${index}`), "gone 5"],
    ["of any other kind", () => new RangeError("odd"), "odd"],
  ])("passes errors %s on, after the batches before it", async (_, error, message) => {
    const seen: number[] = [];
    const run = async () => {
      const onBad = () => {};
      for await (const { indices } of batches(broken([5, 9], error), { ...options, onBad })) seen.push(...indices);
    };
    await expect(run()).rejects.toThrow(message);
    expect(seen).toEqual([0, 1, 2, 3]);
  });

  it("stops decoding when the consumer leaves", async () => {
    const { dataset, count } = slow();
    for await (const { indices } of batches(dataset, { ...options, batch: 2, parallel: 2 })) {
      expect(indices).toEqual([0, 1]);
      break;
    }
    const { started, finished } = count;
    expect(finished).toBe(started);
    expect(started).toBeLessThan(size);
    await tick();
    expect(count.started).toBe(started);
  });

  it("keeps quiet about failures behind a consumer that left", async () => {
    for await (const { indices } of batches(
      broken([2, 3], () => new RangeError("odd")),
      { ...options, batch: 2 },
    )) {
      expect(indices).toEqual([0, 1]);
      break;
    }
  });

  it("ends before the next batch once the signal is aborted", async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    for await (const { indices } of batches(slow().dataset, { ...options, signal: controller.signal })) {
      seen.push(...indices);
      controller.abort();
    }
    expect(seen).toEqual([0, 1, 2, 3]);
    expect(await collect(whole, { signal: controller.signal })).toEqual([]);
  });

  it("passes on what a preparation throws", async () => {
    const run = collect(whole, {
      prepare: () => {
        throw new RangeError("odd");
      },
    });
    await expect(run).rejects.toThrow("odd");
  });

  it("has nothing to give for no indices", async () => {
    expect(await collect(whole, { indices: [] })).toEqual([]);
  });

  it("refuses a batch of no examples, and unknown options", () => {
    expect(() => batches(whole, { ...options, batch: 0 })).toThrow("batch must be a whole number from 1, not 0.");
    expect(() => batches(whole, { ...options, ahead: 0 })).toThrow("ahead");
    const misspelt = { ...options, batchSize: 4 };
    expect(() => batches(whole, misspelt)).toThrow('batches has no option "batchSize"');
  });
});
