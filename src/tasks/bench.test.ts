import { describe, expect, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { smallMemory } from "../../test/fixtures/small-memory.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { type BenchOptions, type BenchProgress, benchModel } from "./bench.ts";

const host = testHost();
const model = await writeTinyModel(host.store, "/models/tiny");
/** A product that takes no time to try. */
const peak = { extents: [32], runs: 1 };

const bench = (options: Partial<BenchOptions> = {}) =>
  benchModel({ model, batch: 2, steps: 3, peak, ...options }, host);

describe("a benchmark", () => {
  test("tells what steps took, and how that was made", async () => {
    const told: BenchProgress[] = [];
    const result = await bench({ onProgress: (progress) => told.push(progress) });
    const { stepMs, fastestMs, slowestMs, gflops, gflopPerStep, peakGflops, peakShare } = result;
    expect(result).toMatchObject({
      ...{
        model,
        mode: "full",
        batch: 2,
        imageSize: { height: 32, width: 32 },
        threads: 1,
        optimizer: "sgd",
        steps: 3,
      },
      versions: host.versions,
    });
    expect(fastestMs).toBeGreaterThan(0);
    expect([fastestMs <= stepMs, stepMs <= slowestMs]).toEqual([true, true]);
    expect(result.imagesPerSecond).toBeCloseTo(2000 / stepMs);
    expect(gflops).toBeCloseTo((1000 * gflopPerStep) / stepMs);
    expect(peakShare).toBeCloseTo(gflops / peakGflops);
    expect(result.peakRssMb * 2 ** 20).toBeGreaterThan(host.memory.held() / 10);
    expect(result.loadMs).toBeGreaterThan(0);
    expect(result.trainable).toBe(result.parameters);
    expect(result).not.toHaveProperty("profile");
    expect(told.map(({ stage }) => stage)).toEqual([
      ...["model", "warm-up", "warm-up", "steps", "steps", "steps", "peak"],
    ]);
  });

  test("trains as much as its mode says, and counts the work for it", async () => {
    const modes = ["full", { lastLayers: 2 }, "head", "forward"] as const;
    const results = [];
    for (const mode of modes) results.push(await bench({ mode, steps: 1 }));
    expect(results.map(({ mode }) => mode)).toEqual(["full", "last 2", "head", "forward"]);
    expect(results.map(({ optimizer }) => optimizer)).toEqual(["sgd", "sgd", "sgd", undefined]);
    const [full, last, head, forward] = results.map(({ trainable, gflopPerStep }) => ({ trainable, gflopPerStep }));
    // ten classes on 32 features
    expect([head?.trainable, forward?.trainable]).toEqual([330, 0]);
    expect(last?.trainable).toBeGreaterThan(330);
    expect(full?.trainable).toBeGreaterThan(last?.trainable ?? 0);
    const work = [full, last, head, forward].map((one) => one?.gflopPerStep ?? 0);
    expect(work).toEqual([...work].sort((a, b) => b - a));
    expect(new Set(work).size).toBe(4);
    // Forward and dW of the new head: 2 pictures, 2 FLOP.
    expect((work[2] ?? 0) - (work[3] ?? 0)).toBeCloseTo((2 * 2 * 2 * 320) / 1e9, 12);
  });

  test("of a network known by name needs no file, at any size", async () => {
    const result = await bench({ model: "mobilenet_v2", mode: "forward", imageSize: 32, batch: 1, steps: 1 });
    expect(result).toMatchObject({
      model: "mobilenet_v2",
      parameters: 2_223_872,
      imageSize: { height: 32, width: 32 },
    });
  });

  test("with a profile tells where the time goes, and writes every node to a file", async () => {
    const { profile, ...result } = await bench({ steps: 7, profileFile: "/profiles/tiny.json" });
    expect(profile?.steps).toBe(5);
    expect(profile?.roles.map(({ role }) => role)).toEqual(
      expect.arrayContaining(["forward", "loss", "dX", "dW", "other gradients", "optimizer"]),
    );
    expect(profile?.layers.length).toBeGreaterThan(8);
    expect(result.steps).toBe(7);
    const file = JSON.parse(await host.store.readText("/profiles/tiny.json"));
    expect(file).toMatchObject({ ...profile, nodes: expect.any(Array) });
    expect(profile).not.toHaveProperty("nodes");
  });
});

describe("refuses", () => {
  test.each([
    [{ batch: 0 }, "batch must be a whole number from 1, not 0."],
    [{ steps: 0 }, "steps must be a whole number from 1, not 0."],
    [{ imageSize: 0.5 }, "imageSize must be a whole number from 1, not 0.5."],
    [{ threads: 0 }, "threads must be a whole number from 1, not 0."],
    [{ mode: { lastLayers: 0 } }, 'mode cannot be {"lastLayers":0}.'],
    [{ optimizer: "sdg" }, 'There is no optimizer "sdg".'],
    [{ bach: 3 }, 'benchModel has no option "bach".'],
  ])("%j", async (options, message) => {
    await expect(bench(options as Partial<BenchOptions>)).rejects.toMatchObject({ code: "bad-option", message });
  });

  test("a name that is neither a network nor a file, and lists the networks", async () => {
    await expect(bench({ model: "resnet17" })).rejects.toMatchObject({
      code: "bad-option",
      message: '"resnet17" is neither a network that Regraft knows, nor a folder or file.',
      hint: expect.stringContaining("resnet18, resnet34"),
    });
  });

  test("a folder without a model as every command does", async () => {
    await host.store.write("/empty/notes.txt", "nothing");
    await expect(bench({ model: "/empty" })).rejects.toMatchObject({ code: "no-model" });
  });

  test.each(["full", "forward"] as const)(
    "a batch that cannot fit into memory, before the engine asks: %s",
    async (mode) => {
      const memory = smallMemory(20e6);
      const attempt = benchModel({ model, mode, batch: 100_000, peak }, { ...host, memory });
      await expect(attempt).rejects.toMatchObject({
        code: "out-of-memory",
        message: expect.stringMatching(/^A step of 100,000 pictures takes at least .+; there are 20\.0 MB free\.$/),
      });
    },
  );
});
