import type { Store } from "../../store/store.ts";
import type { EpochRecord } from "../epoch-record.ts";
import type { Callback, StepEvent, TrainingEvent } from "../events.ts";
import type { Summary } from "../tensorboard/event.ts";
import { EventFile } from "../tensorboard/event-file.ts";

export interface TensorBoardOptions {
  readonly store: Store;
  /** Log directory: `train` and `validation` are made in it, as Keras does. */
  readonly folder: string;
  /** Wall-clock time as ISO 8601. */
  readonly date: () => string;
}

/** A log directory, into which several phases write one after another. */
export interface TensorBoard {
  /** The callback for a phase: its name is written where it begins. */
  phase(name: string): Callback;
}

/**
 * Writes what TensorBoard shows, while training goes on: by epoch `epoch_loss`, `epoch_<metric>` and `epoch_learning_rate`,
 * by step `batch_loss` and `batch_learning_rate`. Epochs count from 1 as in the history; epochs and steps go on from one
 * phase to the next, and where a phase begins, the text `phase` says so.
 *
 * @see Keras TensorBoard(update_freq="batch")
 */
export function tensorBoard({ store, folder, date }: TensorBoardOptions): TensorBoard {
  const train = new EventFile(store, store.join(folder, "train"));
  const validation = new EventFile(store, store.join(folder, "validation"));
  let steps = 0;
  const write = async (phase: string, event: TrainingEvent) => {
    const wallTime = Date.parse(date()) / 1000;
    if (event.type === "begin") {
      const isResumed = event.done.length > 0 || event.step > 0;
      steps = Math.max(steps, (event.initialEpoch + event.done.length) * event.steps + event.step);
      if (isResumed) {
        await train.goOn({ step: steps + 1, wallTime });
        await validation.goOn({ step: event.initialEpoch + event.done.length + 1, wallTime });
        return;
      }
      await train.add([{ tag: "phase", text: beginning(phase, event) }], { step: event.initialEpoch, wallTime });
    }
    if (event.type === "step") await train.add(stepSummaries(event), { step: ++steps, wallTime });
    if (event.type === "epoch") {
      const at = { step: event.epoch, wallTime };
      const judged = validationSummaries(event);
      await train.add(epochSummaries(event), at);
      if (judged.length > 0) await validation.add(judged, at);
    }
    if (event.type === "step") return;
    await train.flush();
    await validation.flush();
  };
  return { phase: (name) => (event) => write(name, event) };
}

const beginning = (phase: string, { epochs, initialEpoch }: Extract<TrainingEvent, { type: "begin" }>): string =>
  `**${phase}**: epochs ${initialEpoch + 1} to ${epochs}`;

const stepSummaries = ({ batchLoss, learningRate }: StepEvent): readonly Summary[] => [
  { tag: "batch_loss", scalar: batchLoss },
  { tag: "batch_learning_rate", scalar: learningRate },
];

const epochSummaries = ({ loss, metrics, learningRate }: EpochRecord): readonly Summary[] => [
  ...byEpoch({ loss, ...metrics }),
  { tag: "epoch_learning_rate", scalar: learningRate },
];

const validationSummaries = ({ valLoss, valMetrics = {} }: EpochRecord): readonly Summary[] =>
  byEpoch(valLoss === undefined ? valMetrics : { loss: valLoss, ...valMetrics });

const byEpoch = (values: Readonly<Record<string, number>>): readonly Summary[] =>
  Object.entries(values).map(([name, scalar]) => ({ tag: `epoch_${name}`, scalar }));
