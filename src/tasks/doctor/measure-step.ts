import { median } from "../../base/median.ts";
import { random } from "../../base/random.ts";
import { badImageLedger } from "../../data/bad-images.ts";
import type { Examples, Source } from "../../training/source.ts";
import { type Assembly, type AssemblyOptions, assemble } from "../assembly.ts";
import type { Host } from "../host.ts";
import type { Plan } from "../plan.ts";
import { randomPictures } from "./random-pictures.ts";

/** What steps of the real training program took, on this machine, now. */
export interface Measured {
  /** Steps of the whole batch that were timed; 0 where they take too long, and shorter ones stand for them. */
  readonly steps: number;
  /** Of one step: the median; where `steps` is 0, worked out from steps of 1 and of `few` pictures. */
  readonly seconds: number;
  /** The frozen part, per picture, which goes through it once; undefined where it is in the step. */
  readonly frozenSecondsPerPicture: number | undefined;
  /**
   * By how much the process grew, the engine itself counted in; undefined where no whole batch was run. Memory that it
   * had set free before is used again, so this may be too little.
   */
  readonly grownBytes: number | undefined;
}

interface MeasureOptions {
  readonly assembly: AssemblyOptions;
  readonly plan: Plan;
  readonly batch: number;
  /** No further step is begun after so long. */
  readonly limitMs: number;
}

/** One more than is counted: the first of its size lays out the engine's memory. */
const mostSteps = 8;
/** Pictures of a short step that tells how long a larger one takes. */
export const few = 4;

/** @throws {HostError} "engine-failed" */
export async function measureStep(
  { assembly: options, plan, batch, limitMs }: MeasureOptions,
  host: Host,
): Promise<Measured> {
  const before = host.memory.held();
  const assembly = await assemble(options, host, plan);
  try {
    const stopwatch = new Stopwatch(assembly, options, host.now);
    const foreseen = await foresee(stopwatch, batch, limitMs);
    const isShort = 2 * foreseen <= limitMs / 1000;
    const times = isShort ? await stopwatch.steps(batch, { most: mostSteps, limitMs }) : [];
    return {
      steps: times.length,
      seconds: isShort ? median(times) : foreseen,
      frozenSecondsPerPicture: stopwatch.frozenSeconds,
      grownBytes: isShort ? Math.max(0, host.memory.held() - before) : undefined,
    };
  } finally {
    await assembly.close();
  }
}

/** Seconds that a step of the batch will take, by shorter ones; 0 where it is so short itself that it can just be run. */
async function foresee(stopwatch: Stopwatch, batch: number, limitMs: number): Promise<number> {
  if (batch <= few) return 0;
  const warm = async (count: number) => median(await stopwatch.steps(count, { most: 2, limitMs }));
  const one = await warm(1);
  if (2 * batch * one <= limitMs / 1000) return batch * one;
  const some = Math.max(one, await warm(few));
  return one + ((some - one) / (few - 1)) * (batch - 1);
}

class Stopwatch {
  readonly #assembly: Assembly;
  readonly #options: AssemblyOptions;
  readonly #now: () => number;
  /** Of the last pictures: per picture. */
  frozenSeconds: number | undefined;

  constructor(assembly: Assembly, options: AssemblyOptions, now: () => number) {
    this.#assembly = assembly;
    this.#options = options;
    this.#now = now;
  }

  /** Seconds of steps over one batch of so many pictures, the frozen part apart, without the first. At least one. */
  async steps(count: number, { most, limitMs }: { readonly most: number; readonly limitMs: number }) {
    const { preprocessing, seed } = this.#options;
    const pictures = randomPictures(count, preprocessing, random(seed).fork(count));
    const source = this.#assembly.source(pictures, { ledger: badImageLedger({ dataset: pictures }), training: true });
    await this.#prepare(source, count);
    const began = this.#now();
    const seconds: number[] = [];
    while (seconds.length < most && (seconds.length < 2 || this.#now() - began < limitMs)) {
      for await (const examples of source.batches({ order: source.indices(), batch: count, epoch: 0 })) {
        seconds.push(await this.#timed(examples, seconds.length));
      }
    }
    return seconds.slice(1);
  }

  async #prepare(source: Source, count: number): Promise<void> {
    const began = this.#now();
    await source.prepare();
    if (this.#assembly.cached) this.frozenSeconds = (this.#now() - began) / 1000 / count;
  }

  async #timed(examples: Examples, at: number): Promise<number> {
    const began = this.#now();
    await this.#assembly.trainer.step(examples, { learningRate: 1e-5, rng: random(at) });
    return (this.#now() - began) / 1000;
  }
}
