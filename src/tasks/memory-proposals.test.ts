import { expect, test } from "vitest";
import { proposals } from "./memory-proposals.ts";

/** Proposals where `limit` pictures' worth of sessions fits: gradients that are summed take a session of their own. */
function proposed(batch: number, limit: number, { smallest = 1, examples = 1000, accumulate = 1 } = {}) {
  const asked: number[] = [];
  const fits = ({ batch: size, accumulate: times }: { batch: number; accumulate: number }) => {
    asked.push(size);
    return size * (times > 1 ? 2 : 1) <= limit;
  };
  return { ...proposals({ batch, accumulate, smallest, examples, fits }), asked };
}

test("the largest part of the batch that fits with summed gradients, and the largest smaller batch", () => {
  expect(proposed(64, 30)).toMatchObject({
    sameUpdate: { batch: 8, accumulate: 8 },
    smaller: { batch: 28, accumulate: 1 },
  });
});

test("a batch of no power of two is parted evenly", () => {
  expect(proposed(30, 12).sameUpdate).toEqual({ batch: 6, accumulate: 5 });
});

test("gradients that are summed already are summed over more batches", () => {
  expect(proposed(16, 8, { accumulate: 2 })).toMatchObject({
    sameUpdate: { batch: 4, accumulate: 8 },
    smaller: { batch: 4, accumulate: 2 },
  });
});

test("a prime batch is parted into single examples, which some networks cannot train on", () => {
  expect(proposed(13, 6).sameUpdate).toEqual({ batch: 1, accumulate: 13 });
  expect(proposed(13, 6, { smallest: 2 }).sameUpdate).toBeUndefined();
});

test("no batch that leaves too few over", () => {
  expect(proposed(8, 4, { smallest: 2, examples: 9 }).smaller?.batch).toBe(3);
});

test("nothing fits", () => {
  expect(proposed(8, 0)).toMatchObject({ sameUpdate: undefined, smaller: undefined });
});

test("few sizes are tried of a large batch", () => {
  expect(proposed(512, 0).asked.length).toBeLessThan(50);
});
