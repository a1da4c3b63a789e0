import { describe, expect, it, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { HostError } from "../base/errors.ts";
import type { Store } from "../store/store.ts";
import { type CompareEvent, type CompareOptions, compareStrategies } from "./compare.ts";
import { demoPaths } from "./demo-folder.ts";
import { drawPictures } from "./demo-pictures.ts";
import { openModel } from "./open-model.ts";

const host = testHost();
await writeTinyModel(host.store, "/models/tiny");
const { pictures } = demoPaths(host.store, "/demo");
await drawPictures(demoPaths(host.store, "/demo"), { seed: 0, trainPerClass: 6, valPerClass: 4 }, host);

const options: CompareOptions = {
  ...{ data: pictures, model: "/models/tiny", out: "/out", batch: 8 },
  ...{ strategies: ["head", "full", "scratch"], seeds: 2, budget: { epochs: 3 } },
};

describe("compareStrategies", async () => {
  const events: CompareEvent[] = [];
  const result = await compareStrategies({ ...options, onEvent: (event) => events.push(event) }, host);

  it("trains each strategy with each seed within the budget", () => {
    expect(result.strategies.map(({ name }) => name)).toEqual(["head", "full", "scratch"]);
    for (const { runs } of result.strategies) {
      expect(runs.map(({ seed, share }) => [seed, share])).toEqual([
        [0, 1],
        [1, 1],
      ]);
      for (const { history } of runs) expect(history).toHaveLength(3);
    }
    const phases = result.strategies.map(({ runs }) => runs[0]?.phases.map(({ name, epochs }) => `${name} ${epochs}`));
    expect(phases).toEqual([["head 3"], ["head 2", "tune 1"], ["scratch 3"]]);
  });

  it("tells how long it will take before it starts", () => {
    const told = events.map(({ type }) => type).filter((type) => type === "estimate" || type === "training");
    expect(told).toEqual(["estimate", ...Array.from({ length: 6 }, () => "training")]);
    expect(result.estimatedSeconds).toBeGreaterThan(0);
  });

  it("judges the mean of the seeds, and that of the saved models", async () => {
    for (const { accuracy, loss, runs } of result.strategies) {
      expect(accuracy.mean).toBeCloseTo(((runs[0]?.accuracy ?? 0) + (runs[1]?.accuracy ?? 0)) / 2, 6);
      expect(loss.mean).toBeCloseTo(((runs[0]?.loss ?? 0) + (runs[1]?.loss ?? 0)) / 2, 5);
      expect(accuracy.low).toBeLessThanOrEqual(accuracy.mean);
      expect(accuracy.high).toBeGreaterThanOrEqual(accuracy.mean);
    }
  });

  it("leaves the best model of the strategy to take, and what was measured", async () => {
    expect((await openModel("/out", host)).labels).toEqual(result.classes);
    const files = ["compare.json", "history.jsonl", "model", "report.html", "run.json"];
    expect([...(await host.store.list("/out"))].sort()).toEqual(files);
    const lines = (await host.store.readText("/out/history.jsonl")).trimEnd().split("\n");
    expect(lines).toHaveLength(3 * 2 * 3);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ strategy: "head", seed: 0, phase: "head", epoch: 1 });
    const { report, ...measured } = result;
    expect(report).toBe("/out/report.html");
    expect(JSON.parse(await host.store.readText("/out/compare.json"))).toEqual(JSON.parse(JSON.stringify(measured)));
  });

  it("tells how far each is behind the best, which is not behind itself", () => {
    const of = (name: string) => result.strategies.find((one) => one.name === name);
    const best = of(result.best)?.accuracy.mean ?? Number.NaN;
    expect(of(result.best)?.behind).toEqual({ mean: 0, low: 0, high: 0 });
    for (const { accuracy, behind } of result.strategies) {
      expect(behind.mean).toBeCloseTo(best - accuracy.mean, 12);
      expect([behind.low <= behind.mean, behind.mean <= behind.high]).toEqual([true, true]);
    }
  });

  it("says which epoch each number is of", async () => {
    const page = await host.store.readText("/out/report.html");
    for (const note of result.notes) expect(page).toContain(note);
    for (const { keptEpoch, loss, history } of result.strategies.flatMap(({ runs }) => runs)) {
      expect(history.find(({ epoch }) => epoch === keptEpoch)?.valLoss).toBeCloseTo(loss, 4);
    }
  });

  it("says the epochs and learning rates of each phase", () => {
    for (const { steps, runs } of result.strategies) expect(steps).toContain(String(runs[0]?.phases[0]?.learningRate));
  });

  it("notes what everything was set to, and by whom", async () => {
    const about = JSON.parse(await host.store.readText("/out/run.json"));
    expect(about).toMatchObject({ command: "compare", status: "finished", examples: { train: 30, val: 20 } });
    expect(about.options).toMatchObject({
      seeds: { value: 2, from: "given" },
      budget: { value: { epochs: 3 }, from: "given" },
      sizes: { value: [1], from: "default" },
      dropout: { value: 0.2, from: "default" },
      threads: { value: 1, from: "default" },
    });
    expect(about.options).not.toHaveProperty("headEpochs");
    expect(about.options).not.toHaveProperty("onEvent");
  });

  it("leaves a page with the verdict that it printed", async () => {
    const page = await host.store.readText("/out/report.html");
    expect(page).toContain(`<h1>Take <bdi>${result.take}</bdi>.</h1>`);
    for (const reason of result.reasons) expect(page).toContain(reason);
    expect(page).toContain("regraft</span> <span>compare</span>");
    expect(page).toContain("Pictures per class");
  });

  it("counts the epochs until the accuracy that was asked for", async () => {
    const easy = await compareStrategies(
      { ...options, strategies: ["head"], seeds: 1, out: "/easy", reach: 0.01 },
      host,
    );
    expect(easy.strategies[0]?.runs[0]).toMatchObject({ epochsToReach: 1 });
    const hard = await compareStrategies({ ...options, strategies: ["head"], seeds: 1, out: "/hard", reach: 1 }, host);
    const [run] = hard.strategies[0]?.runs ?? [];
    const first = run?.history.findIndex(({ valMetrics }) => valMetrics?.accuracy === 1) ?? -1;
    expect(run?.epochsToReach).toBe(first < 0 ? null : first + 1);
  });
});

test("with shares of the pictures the comparison is done for each of them, and judged by the largest", async () => {
  const job = { ...options, strategies: ["head"], seeds: 1, sizes: [1, 0.5], out: "/sizes" };
  const { sizes, strategies } = await compareStrategies(job, host);
  expect(sizes.map(({ share, examples }) => [share, examples])).toEqual([
    [0.5, 15],
    [1, 30],
  ]);
  expect(strategies[0]?.runs.map(({ share }) => share)).toEqual([1]);
  expect(sizes[1]?.strategies[0]?.accuracy).toEqual(strategies[0]?.accuracy);
});

test("a time as the budget ends phases, each after an epoch at least", async () => {
  const job = { ...options, strategies: ["full"], seeds: 1, budget: { seconds: 1e-3 }, out: "/time" };
  const { strategies, estimatedSeconds } = await compareStrategies(job, host);
  expect(strategies[0]?.runs[0]?.phases.map(({ name, epochs }) => [name, epochs])).toEqual([
    ["head", 1],
    ["tune", 1],
  ]);
  expect(estimatedSeconds).toBe(1e-3);
});

test("a strategy whose loss is no number is told, and the others are compared", async () => {
  const job = { ...options, strategies: ["head", "scratch"], seeds: 1, learningRate: 1e30, out: "/diverged" };
  const { strategies, failed } = await compareStrategies(job, host);
  expect(strategies.map(({ name }) => name)).toEqual(["head"]);
  expect(failed.map(({ name }) => name)).toEqual(["scratch"]);
  expect(await host.store.readText("/diverged/report.html")).toContain("Came to nothing");
});

test("stopped half-way, it compares what was done", async () => {
  const signal = { aborted: false };
  let done = 0;
  const onEvent = ({ type }: CompareEvent) => {
    if (type === "trained" && ++done === 2) signal.aborted = true;
  };
  const job = { ...options, strategies: ["head", "full"], seeds: 3, out: "/stopped", signal, onEvent };
  const { strategies, stopped } = await compareStrategies(job, host);
  expect([strategies.map(({ runs }) => runs.length), stopped]).toEqual([[1, 1], "interrupted"]);
});

test("stopped before the largest share, it keeps the model of the one that was done", async () => {
  const signal = { aborted: false };
  const onEvent = (event: CompareEvent) => {
    if (event.type === "training" && event.share === 1) signal.aborted = true;
  };
  const job = { ...options, strategies: ["head"], seeds: 1, sizes: [0.5, 1], out: "/small", signal, onEvent };
  const { strategies, classes, stopped } = await compareStrategies(job, host);
  expect([strategies.map(({ runs }) => runs.map(({ share }) => share)), stopped]).toEqual([[[0.5]], "interrupted"]);
  expect((await openModel("/small", host)).labels).toEqual(classes);
  expect(await host.store.readText("/small/report.html")).toContain("was stopped before its end");
});

describe("the page", () => {
  const quick = { ...options, strategies: ["head"], seeds: 1, budget: { epochs: 1 } };

  test("is left out where nobody wants it", async () => {
    const { report } = await compareStrategies({ ...quick, out: "/no-page", report: false }, host);
    expect([report, await host.store.kind("/no-page/report.html")]).toEqual([undefined, undefined]);
  });

  test("that cannot be made costs nobody the comparison", async () => {
    const events: CompareEvent[] = [];
    const write: Store["write"] = (path, content) =>
      path.endsWith(".html")
        ? Promise.reject(new HostError("write-failed", "No page."))
        : host.store.write(path, content);
    const store = new Proxy(host.store, {
      get: (target, name) => (name === "write" ? write : Reflect.get(target, name).bind(target)),
    });
    const onEvent = (event: CompareEvent) => events.push(event);
    const { report } = await compareStrategies({ ...quick, out: "/bad-page", onEvent }, { ...host, store });
    expect(report).toBeUndefined();
    expect(events).toContainEqual({ type: "no-report", reason: "No page." });
    expect(await host.store.kind("/bad-page/compare.json")).toBe("file");
  });
});

test("stopped before a strategy was done, it leaves nothing", async () => {
  const job = { ...options, out: "/nothing", signal: { aborted: true } };
  await expect(compareStrategies(job, host)).rejects.toMatchObject({ code: "interrupted" });
  expect(await host.store.kind("/nothing")).toBeUndefined();
});

test.each<[Partial<CompareOptions>, string]>([
  [{ strategies: ["haed"] }, '"head"'],
  [{ strategies: ["head", "head"] }, "twice"],
  [{ strategies: [] }, "No strategy"],
  [{ strategies: ["full"], budget: { epochs: 1 } }, "at least 2 epochs"],
  [{ seeds: 0 }, "seeds"],
  [{ sizes: [2] }, "sizes"],
  [{ reach: 0 }, "reach"],
])("%j is refused", async (wrong, words) => {
  const refusal = await compareStrategies({ ...options, out: "/refused", ...wrong }, host).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(refusal).toMatchObject({ code: "bad-option" });
  expect(`${refusal} ${(refusal as { hint?: string }).hint}`).toContain(words);
});

test("run.json is there from the start, so that what was cut off may be replaced", async () => {
  const kinds: Promise<string | undefined>[] = [];
  const onEvent = ({ type }: CompareEvent) => {
    if (type === "probing") kinds.push(host.store.kind("/early/run.json"));
  };
  const job = { ...options, strategies: ["head"], seeds: 1, budget: { epochs: 1 }, out: "/early", onEvent };
  await compareStrategies(job, host);
  expect(await Promise.all(kinds)).toEqual(["file"]);
});
