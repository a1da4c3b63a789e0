import { describe, expect, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { drawnTrainVal } from "../../test/fixtures/pictures.ts";
import { smallMemory } from "../../test/fixtures/small-memory.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { HostError } from "../base/errors.ts";
import type { MemoryBoundKind } from "../base/memory-bound.ts";
import { dense } from "../rewrite/layers.ts";
import { loadBase } from "./base-model.ts";
import { fineTune } from "./fine-tune.ts";
import type { FitMemory } from "./fit-memory.ts";
import { requireFitMemory, withSmallerBatch } from "./fits-training.ts";
import { graft } from "./graft.ts";
import type { BatchPlan } from "./memory-proposals.ts";
import type { FineTuneOptions } from "./recipe.ts";

const host = testHost();
await writeTinyModel(host.store, "/models/tiny");
const base = await loadBase("/models/tiny", {}, host);
const data = drawnTrainVal({ classes: 2, perClass: 20 });

/** A fit that takes a megabyte, and another for each picture in a session: two sessions where gradients are summed. */
function foresee({ batch, accumulate }: BatchPlan): FitMemory {
  const arenaBytes = 1e6 * batch * (accumulate > 1 ? 2 : 1);
  const zero = { heapBytes: 0, constantBytes: 0, stateBytes: 0, pictureBytes: 0, copyBytes: 0 };
  const peakBytes = 5e6 + 1e6 + arenaBytes;
  return { heldBytes: 5e6, engineBytes: 1e6, arenaBytes, ...zero, peakBytes, addressBytes: 10 * peakBytes };
}

const required = (freeBytes: number, { kind = "machine" as MemoryBoundKind, smallestBatch = 1 } = {}) =>
  requireFitMemory({
    ...{ foresee, smallestBatch },
    fit: { train: 100, val: 0, batch: 32, accumulate: 1, snapshots: false },
    bounds: smallMemory(freeBytes, kind).bounds(),
  });

const thrown = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe("what a fit takes beyond what is held", () => {
  test("fits where a quarter of it is to spare", () => {
    expect(required(41.25e6).peakBytes).toBe(38e6);
    expect(thrown(() => required(41.25e6 - 1))).toMatchObject({ name: "HostError", code: "out-of-memory" });
  });

  test("is told beside what there is, with batches that fit", () => {
    expect(thrown(() => required(17e6))).toMatchObject({
      message:
        "Training in batches of 32 pictures takes about 33.0 MB more memory than is in use, 41.3 MB with room to spare; there are 17.0 MB left of the machine's memory (34.0 MB).",
      hint: expect.stringContaining(
        "Use --batch 4 --accumulate 8, which updates the weights by as many pictures as before, or --batch 12.",
      ),
    });
  });

  test("where no batch fits, the hint says what else there is", () => {
    expect(thrown(() => required(1e6))).toMatchObject({
      hint: expect.stringContaining("No smaller batch fits either"),
    });
    expect(thrown(() => required(3e6, { smallestBatch: 3 }))).toMatchObject({
      hint: expect.stringContaining("No smaller batch fits either"),
    });
  });

  test.each(["address-space", "data-segment"] as const)("of the %s more is needed than is touched", (kind) => {
    expect(thrown(() => required(100e6, { kind }))).toMatchObject({ message: expect.stringContaining("380 MB") });
    expect(thrown(() => required(100e6, { kind }))).toMatchObject({ message: expect.stringContaining("(ulimit -") });
  });
});

describe("a recipe", () => {
  const tune = (options: FineTuneOptions, freeBytes: number) =>
    fineTune(
      base,
      data,
      { headEpochs: 1, tuneEpochs: 1, batch: 16, ...options },
      { ...host, memory: smallMemory(freeBytes) },
    );

  test.each<[string, FineTuneOptions]>([
    ["with a head and the base", {}],
    ["of the head alone", { unfreeze: "none" }],
    ["with low-rank adapters", { lora: 2 }],
    ["from scratch", { fromScratch: true, epochs: 1, headEpochs: 10, tuneEpochs: 5 }],
  ])("%s is refused before anything is trained", async (_, options) => {
    let phases = 0;
    const onEvent: FineTuneOptions["onEvent"] = ({ type }) => {
      if (type === "phase") phases++;
    };
    await expect(tune({ ...options, onEvent }, 1e6)).rejects.toMatchObject({ code: "out-of-memory" });
    expect(phases).toBe(0);
  });

  test("is trained all the same where it is asked to", async () => {
    expect((await tune({ checkMemory: false }, 1e6)).phases.length).toBe(2);
  });

  test("tells what each phase will take", async () => {
    const told: string[] = [];
    const onEvent: FineTuneOptions["onEvent"] = (event) => {
      if (event.type === "memory") told.push(`${event.phase} ${event.peakBytes > event.arenaBytes}`);
    };
    await tune({ onEvent }, 1e9);
    expect(told).toEqual(["head true", "tune true"]);
  });
});

describe("model.checkMemory", () => {
  const model = graft(base, [dense(1)], {}, { ...host, memory: smallMemory(1e9) });
  const checked = async (batch: number, accumulate = 1) => {
    model.unfreeze("all");
    model.compile({ optimizer: "sgd", loss: "binaryCrossEntropy", accumulate });
    return model.checkMemory(data.train, { batch, validation: data.val });
  };

  test("activations grow with the batch, weights do not", async () => {
    const [few, many] = [await checked(4), await checked(20)];
    expect(many.arenaBytes).toBeGreaterThan(3 * few.arenaBytes);
    expect(many.stateBytes).toBe(few.stateBytes);
  });

  test("summed gradients take a session of their own, and a sum for each weight", async () => {
    const [one, summed] = [await checked(8), await checked(8, 2)];
    expect(summed.arenaBytes).toBeGreaterThan(1.4 * one.arenaBytes);
    expect(summed.stateBytes).toBeGreaterThan(one.stateBytes);
  });

  test("a smaller batch at the end of an epoch has a session too", async () => {
    const [even, uneven] = [await checked(20), await checked(21)];
    expect(uneven.arenaBytes).toBeGreaterThan(1.4 * even.arenaBytes);
  });

  test("fit refuses by itself what does not fit", async () => {
    const small = graft(base, [dense(1)], {}, { ...host, memory: smallMemory(1e6) });
    small.compile({ optimizer: "sgd", loss: "binaryCrossEntropy" });
    await expect(small.fit(data.train, { epochs: 1 })).rejects.toMatchObject({ code: "out-of-memory" });
    await small.fit(data.train, { epochs: 1, checkMemory: false });
  });
});

describe("memory that runs out while training", () => {
  const explained = (error: unknown) => thrown(() => withSmallerBatch({ batch: 32, accumulate: 1 })(error));

  test("comes with batches that take half of it", () => {
    const cause = new HostError("out-of-memory", "onnxruntime got no more memory");
    expect(explained(cause)).toMatchObject({
      ...{ name: "HostError", code: "out-of-memory", cause },
      hint: expect.stringContaining("Use --batch 8 --accumulate 4"),
    });
  });

  test("any other error stays what it is", () => {
    const error = new HostError("engine-failed", "no");
    expect(explained(error)).toBe(error);
  });
});
