import { refuseUnknown } from "../base/options.ts";
import { random } from "../base/random.ts";
import type { TrainVal } from "../data/dataset.ts";
import { adam } from "../program/optimizers.ts";
import { resetWeights } from "../rewrite/reset-weights.ts";
import { bestWeights } from "../training/callbacks/best-weights.ts";
import { stopOnNaN } from "../training/callbacks/stop-on-nan.ts";
import type { StopReason } from "../training/events.ts";
import type { Signal } from "../training/fit.ts";
import type { Base } from "./base-model.ts";
import { graft } from "./graft.ts";
import type { Host } from "./host.ts";
import type { PhaseResult } from "./phase.ts";
import { fineTuneDefaults, headLayers } from "./recipe.ts";
import type { RunEvent } from "./run-events.ts";
import { defaultLoss, unitsFor } from "./targets.ts";

export interface FromScratchOptions {
  readonly epochs: number;
  /** Adam's. What suits fresh weights, not what suits weights that know something. */
  readonly learningRate?: number;
  readonly batch?: number;
  readonly seed?: number;
  readonly threads?: number | undefined;
  readonly signal?: Signal | undefined;
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
}

export interface FromScratch {
  /** undefined where not one epoch was finished. */
  readonly result: PhaseResult | undefined;
  readonly stopped: StopReason;
}

/**
 * What transfer is to be measured against: the same network under the same new head, all of its weights drawn anew, all
 * of them trained. As in `fineTune`, the epoch with the lowest validation loss counts.
 */
export async function trainFromScratch(
  base: Base,
  data: TrainVal,
  options: FromScratchOptions,
  host: Host,
): Promise<FromScratch> {
  const { epochs, learningRate = 1e-3, batch = fineTuneDefaults.batch, seed = 0, threads, ...rest } = options;
  const { signal, onEvent, ...unknown } = rest;
  refuseUnknown("trainFromScratch", unknown);
  const loss = defaultLoss(data.train.classes.length);
  const graph = resetWeights(base.graph, { rng: random(seed).fork("scratch") });
  const layers = headLayers({ ...fineTuneDefaults, units: unitsFor(loss, data.train) });
  const model = graft({ ...base, graph, trainable: true }, layers, { seed, threads }, host);
  // The reset statistics say nothing of these weights: they have to follow the batches.
  model.compile({ optimizer: adam({ learningRate }), loss, batchNorm: "training" });
  onEvent?.({ type: "phase", name: "scratch", epochs, learningRate, ...model.parameters, cached: false });
  const best = bestWeights();
  const started = host.now();
  const { epochs: records, stopped } = await model.fit(data.train, {
    ...{ epochs, batch, signal, validation: data.val },
    callbacks: [(event) => onEvent?.({ type: "training", phase: "scratch", event }), stopOnNaN(), best],
  });
  const seconds = (host.now() - started) / 1000;
  const record = best.best();
  if (!record) return { result: undefined, stopped };
  const { valLoss = record.loss, valMetrics = record.metrics } = record;
  const valAccuracy = valMetrics.accuracy ?? Number.NaN;
  return { result: { name: "scratch", epochs: records.length, seconds, valLoss, valAccuracy }, stopped };
}
