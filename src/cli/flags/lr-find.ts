import { type Flags, picked } from "../flag.ts";
import { number, oneOf, text, wholeNumber } from "../values.ts";
import { modelToTrain, picturesToTrainOn, trainFlags } from "./train.ts";

const test = "Range test:";
const rate = number({ above: 0 });

export const lrFindOperands = picturesToTrainOn;

/** What makes a difference to the curve is set as for `train`. */
export const lrFindFlags = {
  ...modelToTrain,
  phase: {
    term: "--phase <name>",
    about: "head: for the first phase of train; tune: for the second, after the head is trained (default: head)",
    group: test,
    parse: oneOf({ head: "head", tune: "tune" }),
  },
  steps: {
    term: "--steps <n>",
    about: "updates from the lowest rate to the highest, from 20 (default: 100)",
    group: test,
    parse: wholeNumber({ min: 20 }),
  },
  from: { term: "--min-lr <x>", about: "the lowest rate (default: 1e-7)", group: test, parse: rate },
  to: { term: "--max-lr <x>", about: "the highest rate (default: 10)", group: test, parse: rate },
  out: { term: "--out <file.svg>", about: "write the curve as a picture too", group: test, parse: text },

  ...picked(trainFlags, "val", "maxBadFraction"),
  headEpochs: {
    ...trainFlags.headEpochs,
    about: "with --phase tune: epochs that the head is trained before (default: 10)",
  },
  headLearningRate: {
    ...trainFlags.headLearningRate,
    about: "with --phase tune: learning rate of these (default: 0.003)",
  },
  ...picked(trainFlags, "unfreeze", "batchNorm", "lora", "loraAlpha", "loraTargets"),
  ...picked(trainFlags, "batch", "accumulate", "optimizer", "loss", "augment", "classWeights"),
  ...picked(trainFlags, "hidden", "dropout", "labelSmoothing", "headAt", "preprocessing", "seed", "threads"),
} as const satisfies Flags;
