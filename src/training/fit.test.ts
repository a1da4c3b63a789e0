import { describe, expect, test } from "vitest";
import { type FakeTrainerOptions, fakeSource, fakeTrainer } from "../../test/fixtures/fake-training.ts";
import { floats } from "../base/tensor.ts";
import { constant, cosine, reduceOnPlateau, stepDecay } from "../program/schedules.ts";
import { stopOnNaN } from "./callbacks/stop-on-nan.ts";
import type { Callback, TrainingEvent } from "./events.ts";
import { evaluate, type FitOptions, type FitResume, fit as fitTrainer } from "./fit.ts";
import { progressSchema } from "./progress.ts";

const usual = {
  batch: 4,
  learningRate: 0.1,
  schedule: constant(),
  metrics: ["accuracy"],
  activation: "softmax",
  seed: 7,
  now: () => 0,
} as const;

/** Trains ten fake examples and tells everything that happened. */
async function run(options: Partial<FitOptions> & { readonly epochs: number }, fake: FakeTrainerOptions = {}) {
  const trainer = fakeTrainer(fake);
  const train = fakeSource(10);
  const events: TrainingEvent[] = [];
  const tell: Callback = (event) => {
    events.push(event);
  };
  const callbacks = [...(options.callbacks ?? []), tell];
  const history = await fitTrainer(trainer, { train, ...usual, ...options, callbacks });
  const orders = train.requests.map(({ order }) => order);
  return { trainer, train, events, history, orders, steps: events.flatMap((e) => (e.type === "step" ? [e] : [])) };
}

const byValue = (a: number, b: number): number => a - b;
const allTen = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

describe("epochs", () => {
  test("tells begin, each step, each epoch and the end, in order", async () => {
    const { events } = await run({ epochs: 2 });
    expect(events.map(({ type }) => type).join(" ")).toBe("begin step step step epoch step step step epoch end");
    expect(events[0]).toEqual({ type: "begin", epochs: 2, initialEpoch: 0, steps: 3, done: [], step: 0 });
    expect(events.at(-1)).toEqual({ type: "end", reason: "done" });
  });

  test("are counted on from initialEpoch", async () => {
    const { history, train, steps } = await run({ epochs: 5, initialEpoch: 3 });
    expect(history.epochs.map(({ epoch }) => epoch)).toEqual([4, 5]);
    expect(train.requests.map(({ epoch }) => epoch)).toEqual([4, 5]);
    expect(steps.map(({ epoch }) => epoch)).toEqual([4, 4, 4, 5, 5, 5]);
  });

  test("none are done where initialEpoch is reached already", async () => {
    const { events, history, trainer } = await run({ epochs: 2, initialEpoch: 2 });
    expect(events.map(({ type }) => type)).toEqual(["begin", "end"]);
    expect(history).toEqual({ epochs: [], stopped: "done" });
    expect(trainer.asked).toEqual([]);
  });

  test("a step tells how far the epoch is, and means over it so far", async () => {
    const { steps } = await run({ epochs: 1 }, { loss: (at) => [4, 1, 9][at] ?? 0 });
    expect(steps.map(({ step, steps: of, examples }) => [step, of, examples])).toEqual([
      [1, 3, 4],
      [2, 3, 8],
      [3, 3, 10],
    ]);
    expect(steps.map(({ batchLoss }) => batchLoss)).toEqual([4, 1, 9]);
    // The last batch has two examples: (4·4 + 4·1 + 2·9) / 10.
    expect(steps.map(({ loss }) => loss)).toBeAllclose([4, 2.5, 3.8]);
  });

  test("a record holds means of training and validation", async () => {
    const times = [0, 0, 2500];
    const { history, trainer } = await run(
      { epochs: 1, validation: fakeSource(5), now: () => times.shift() ?? 0 },
      { loss: () => 2, valLoss: (at) => [1, 6][at] ?? 0 },
    );
    expect(history.epochs).toEqual([
      {
        epoch: 1,
        loss: 2,
        metrics: { accuracy: 0.5 },
        valLoss: 2, // (4·1 + 1·6) / 5
        valMetrics: { accuracy: 0.6 },
        learningRate: 0.1,
        examples: 10,
        seconds: 2.5,
      },
    ]);
    expect(trainer.evaluated).toEqual([[0, 1, 2, 3], [4]]);
  });

  test("sources are prepared once, before the first event", async () => {
    const [train, validation] = [fakeSource(10), fakeSource(5)];
    const seen: number[] = [];
    const callback: Callback = () => {
      seen.push(train.prepared + validation.prepared);
    };
    await fitTrainer(fakeTrainer(), { ...usual, train, validation, epochs: 2, callbacks: [callback] });
    expect(new Set(seen)).toEqual(new Set([2]));
  });

  test("unreadable examples neither count nor come", async () => {
    const train = fakeSource(10, { bad: [0, 9] });
    const { history } = await run({ epochs: 1, train });
    expect(history.epochs[0]?.examples).toBe(8);
    expect([...(train.requests[0]?.order ?? [])].sort(byValue)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

test("a batch left over that is too small is refused before the first step", async () => {
  const trainer = fakeTrainer({ smallestBatch: 2 });
  const trained = (batch: number) => fitTrainer(trainer, { train: fakeSource(10), ...usual, epochs: 1, batch });
  await expect(trained(3)).rejects.toMatchObject({ code: "batch-too-small" });
  await expect(trained(1)).rejects.toMatchObject({ code: "batch-too-small" });
  expect(trainer.asked).toEqual([]);
  await trained(4);
  await trained(32);
  expect(trainer.asked.length).toBe(4);
});

describe("order of examples", () => {
  test("every epoch sees every example once, in another order", async () => {
    const { orders } = await run({ epochs: 3 });
    for (const order of orders) expect([...order].sort(byValue)).toEqual(allTen);
    expect(new Set(orders.map(String)).size).toBe(3);
  });

  test("is repeatable by seed", async () => {
    const [once, again, other] = [
      await run({ epochs: 3 }),
      await run({ epochs: 3 }),
      await run({ epochs: 3, seed: 8 }),
    ];
    expect(again.orders).toEqual(once.orders);
    expect(again.trainer.asked).toEqual(once.trainer.asked);
    expect(other.orders).not.toEqual(once.orders);
  });

  test("depends on the epoch's number alone: a continued run goes on as one in a piece", async () => {
    const whole = await run({ epochs: 4 });
    const rest = await run({ epochs: 4, initialEpoch: 2 });
    expect(rest.orders).toEqual(whole.orders.slice(2));
    expect(rest.trainer.asked).toEqual(whole.trainer.asked.slice(6));
  });

  test("each step has random numbers of its own", async () => {
    const { trainer } = await run({ epochs: 2 });
    expect(new Set(trainer.asked.map(({ drawn }) => drawn)).size).toBe(6);
  });
});

describe("accumulation", () => {
  test("updates after each group of batches, and after a short last group", async () => {
    const { trainer } = await run({ epochs: 2, batch: 2, accumulate: 2 });
    const epoch = [true, false, true, false, false];
    expect(trainer.asked.map(({ accumulate }) => accumulate)).toEqual([...epoch, ...epoch]);
  });

  test("never ends an epoch with gradients left over", async () => {
    const { trainer } = await run({ epochs: 1, batch: 4, accumulate: 5 });
    expect(trainer.asked.map(({ accumulate }) => accumulate)).toEqual([true, true, false]);
  });

  test("a schedule counts updates, not batches", async () => {
    const { trainer } = await run({ epochs: 1, batch: 2, accumulate: 2, schedule: cosine() });
    // 5 batches are 3 updates: factors (1 + cos(π·k/3)) / 2 for k = 0, 1, 2.
    expect(trainer.asked.map(({ learningRate }) => learningRate)).toBeAllclose([0.1, 0.1, 0.075, 0.075, 0.025]);
  });
});

describe("learning rate", () => {
  const rates = (done: Awaited<ReturnType<typeof run>>) => done.trainer.asked.map(({ learningRate }) => learningRate);

  test("is passed with each step as the schedule says", async () => {
    const done = await run({ epochs: 2, schedule: cosine() });
    const expected = [0, 1, 2, 3, 4, 5].map((step) => (0.1 * (1 + Math.cos((Math.PI * step) / 6))) / 2);
    expect(rates(done)).toBeAllclose(expected);
    expect(done.steps.map(({ learningRate }) => learningRate)).toBeAllclose(expected);
    expect(done.history.epochs.map(({ learningRate }) => learningRate)).toBeAllclose([
      expected[2] ?? 0,
      expected[5] ?? 0,
    ]);
  });

  test("falls by epochs of this fit", async () => {
    const done = await run({ epochs: 7, initialEpoch: 3, batch: 10, schedule: stepDecay({ every: 2, gamma: 0.5 }) });
    expect(rates(done)).toBeAllclose([0.1, 0.1, 0.05, 0.05]);
  });

  test("falls where the validation loss stands still", async () => {
    const losses = [1, 0.5, 0.6, 0.7, 0.4, 0.4];
    const options = { epochs: 6, batch: 10, validation: fakeSource(2), schedule: reduceOnPlateau({ patience: 2 }) };
    const done = await run(options, { valLoss: (at) => losses[at] ?? 0 });
    expect(rates(done)).toBeAllclose([0.1, 0.1, 0.1, 0.1, 0.01, 0.01]);
    expect(done.history.epochs.map(({ learningRate }) => learningRate)).toBeAllclose(rates(done));
  });

  test("without validation data the training loss is watched", async () => {
    const done = await run({ epochs: 3, batch: 10, schedule: reduceOnPlateau({ patience: 1 }) }, { loss: () => 1 });
    expect(rates(done)).toBeAllclose([0.1, 0.1, 0.01]);
  });
});

describe("stopping", () => {
  test("a signal ends the run after the current step, and the half epoch is not recorded", async () => {
    const signal = { aborted: false };
    const press: Callback = (event) => {
      if (event.type === "step" && event.epoch === 2 && event.step === 2) signal.aborted = true;
    };
    const { history, events, trainer } = await run({
      epochs: 9,
      signal,
      validation: fakeSource(4),
      callbacks: [press],
    });
    expect(trainer.asked.length).toBe(5);
    expect(trainer.evaluated.length).toBe(1);
    expect(history.epochs.map(({ epoch }) => epoch)).toEqual([1]);
    expect(history.stopped).toBe("interrupted");
    expect(events.at(-1)).toEqual({ type: "end", reason: "interrupted" });
  });

  test("a signal given while the sources are prepared ends the run before the first step", async () => {
    const { history, events, trainer } = await run({ epochs: 2, signal: { aborted: true } });
    expect(trainer.asked).toEqual([]);
    expect(history).toEqual({ epochs: [], stopped: "interrupted" });
    expect(events.map(({ type }) => type)).toEqual(["begin", "end"]);
  });

  test("a loss that is not a number ends the run at once", async () => {
    const { history, trainer } = await run(
      { epochs: 9, validation: fakeSource(4), callbacks: [stopOnNaN()] },
      { loss: (at) => (at === 4 ? Number.NaN : 1) },
    );
    expect(trainer.asked.length).toBe(5);
    expect(history.epochs.map(({ epoch }) => epoch)).toEqual([1]);
    expect(history.stopped).toBe("nan-loss");
  });

  test("a stop for another reason lets a stopped epoch be judged and recorded", async () => {
    const enough: Callback = (event, control) => {
      if (event.type === "step" && event.step === 2) control.stop("early-stopping");
    };
    const { history } = await run({ epochs: 9, validation: fakeSource(4), callbacks: [enough] });
    expect(history.stopped).toBe("early-stopping");
    expect(history.epochs.map(({ epoch, examples, valLoss }) => [epoch, examples, valLoss])).toEqual([[1, 8, 1]]);
  });

  test("a signal is heard while the validation data are judged: that epoch does not count", async () => {
    const signal = { aborted: false };
    const validation = fakeSource(40);
    const judged: number[] = [];
    const batches: typeof validation.batches = async function* (request) {
      for await (const examples of validation.batches(request)) {
        judged.push(examples.indices.length);
        signal.aborted = true;
        yield examples;
      }
    };
    const { history } = await run({ epochs: 9, batch: 4, validation: { ...validation, batches }, signal });
    expect(history).toEqual({ epochs: [], stopped: "interrupted" });
    expect(judged).toEqual([4]);
  });

  test("the first of two reasons counts", async () => {
    const callbacks: readonly Callback[] = (["early-stopping", "nan-loss"] as const).map(
      (reason) => (event, control) => {
        if (event.type === "epoch") control.stop(reason);
      },
    );
    expect((await run({ epochs: 9, callbacks })).history.stopped).toBe("early-stopping");
  });

  test("what a callback throws comes out", async () => {
    const fails: Callback = async (event) => {
      if (event.type === "epoch") throw new Error("disk full");
    };
    await expect(run({ epochs: 9, callbacks: [fails] })).rejects.toThrow("disk full");
  });
});

test("callbacks hear one after another, and the run waits for them", async () => {
  const heard: string[] = [];
  const slow: Callback = async ({ type }) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    heard.push(`slow ${type}`);
  };
  const quick: Callback = ({ type }) => {
    heard.push(`quick ${type}`);
  };
  await run({ epochs: 1, batch: 10, callbacks: [slow, quick] });
  expect(heard).toEqual(["begin", "step", "epoch", "end"].flatMap((type) => [`slow ${type}`, `quick ${type}`]));
});

test("callbacks can read and set the weights", async () => {
  const seen: unknown[] = [];
  const back: Callback = async (event, control) => {
    if (event.type !== "epoch") return;
    const { w } = await control.weights();
    seen.push(w?.data[0], Object.keys(await control.state()));
    if (w) await control.restore({ w: { ...w, data: Float32Array.of(100) } });
  };
  const { trainer } = await run({ epochs: 2, callbacks: [back] });
  expect(seen).toEqual([3, ["w", "momentum:w"], 103, ["w", "momentum:w"]]);
  expect((await trainer.weights()).w?.data[0]).toBe(100);
});

test.each([
  [{ batch: 0 }, "batch must be a whole number from 1, not 0."],
  [{ epochs: -1 }, "epochs must be a whole number from 0, not -1."],
  [{ epochs: 1.5 }, "epochs must be a whole number from 0, not 1.5."],
  [{ initialEpoch: -1 }, "initialEpoch must be a whole number from 0, not -1."],
  [{ accumulate: 0 }, "accumulate must be a whole number from 1, not 0."],
])("refuses %o before anything is prepared", async (wrong, message) => {
  const train = fakeSource(10);
  await expect(run({ epochs: 1, train, ...wrong })).rejects.toThrow(message);
  expect(train.prepared).toBe(0);
});

test("evaluate goes through all examples in their order and changes nothing", async () => {
  const trainer = fakeTrainer({ valLoss: (at) => at });
  const means = await evaluate(trainer, { ...usual, source: fakeSource(10) });
  expect(trainer.evaluated).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9],
  ]);
  expect(means).toEqual({ count: 10, loss: 0.8, metrics: { accuracy: 0.5 } });
  expect(trainer.asked).toEqual([]);
});

describe("a run that goes on", () => {
  const losses = [5, 4, 3.5, 3, 2.5, 2.25, 2, 1.5, 1.25];
  const options = { epochs: 3, accumulate: 2, schedule: cosine(), validation: fakeSource(5) } as const;

  interface Moment extends FitResume {
    /** Steps asked for, and batches evaluated, before. */
    readonly asked: number;
    readonly evaluated: number;
  }

  /** The whole run, and where it stood at each step and epoch. */
  async function watched() {
    const trainer = fakeTrainer({ loss: (at) => losses[at] ?? 0 });
    const moments: Moment[] = [];
    const watch: Callback = async (event, control) => {
      if (event.type !== "step" && event.type !== "epoch") return;
      const [progress, state] = [control.progress(), await control.state()];
      moments.push({ progress, state, asked: trainer.asked.length, evaluated: trainer.evaluated.length });
    };
    const history = await fitTrainer(trainer, { train: fakeSource(10), ...usual, ...options, callbacks: [watch] });
    return { trainer, moments, history };
  }

  test("does from any moment on what it would have done", async () => {
    const whole = await watched();
    expect(whole.moments).toHaveLength(12);
    for (const { asked, evaluated, ...resume } of whole.moments) {
      const stored = { ...resume, progress: progressSchema.parse(JSON.parse(JSON.stringify(resume.progress))) };
      const trainer = fakeTrainer({ loss: (at) => losses[at + asked] ?? 0 });
      const history = await fitTrainer(trainer, { train: fakeSource(10), ...usual, ...options, resume: stored });
      expect(trainer.asked).toEqual(whole.trainer.asked.slice(asked));
      expect(trainer.evaluated).toEqual(whole.trainer.evaluated.slice(evaluated));
      expect(history).toEqual(whole.history);
      expect(await trainer.state()).toEqual(await whole.trainer.state());
    }
  });

  test("tells callbacks first what is done, with the weights that the run began with", async () => {
    const { moments } = await watched();
    const resume = moments[5];
    const trainer = fakeTrainer();
    const told: unknown[] = [];
    const tell: Callback = async (event, control) => {
      if (event.type === "begin") told.push(event.done.length, event.step, await control.weights());
    };
    await fitTrainer(trainer, { train: fakeSource(10), ...usual, ...options, resume, callbacks: [tell] });
    expect(told).toEqual([1, 2, { w: floats([0]) }]);
  });

  test("counts the seconds of all processes together", async () => {
    const now = (start: number) => {
      let ms = start;
      return () => (ms += 100);
    };
    const moments: FitResume[] = [];
    const watch: Callback = async (event, control) => {
      if (event.type === "step") moments.push({ progress: control.progress(), state: await control.state() });
    };
    const timed = { train: fakeSource(10), ...usual, epochs: 1 };
    await fitTrainer(fakeTrainer(), { ...timed, now: now(0), callbacks: [watch] });
    const [resume] = moments;
    const { epochs } = await fitTrainer(fakeTrainer(), { ...timed, now: now(1e9), resume });
    const spent = resume?.progress.epochSeconds ?? 0;
    expect(spent).toBeGreaterThan(0);
    expect(epochs[0]?.seconds).toBeGreaterThan(spent);
    expect(epochs[0]?.seconds).toBeLessThan(spent + 2);
  });
});
