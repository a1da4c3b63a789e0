import type { Flags } from "../flag.ts";
import { number, oneOf, text, wholeNumber } from "../values.ts";
import { trainFlags, trainOperands } from "./train.ts";

const test = "Range test:";
const rate = number({ above: 0 });
const { model, val, maxBadFraction, headEpochs, headLearningRate, unfreeze, batchNorm } = trainFlags;
const { lora, loraAlpha, loraTargets, batch, accumulate, optimizer, loss, augment, classWeights } = trainFlags;
const { hidden, dropout, labelSmoothing, headAt, preprocessing, seed, threads } = trainFlags;

export const lrFindOperands = trainOperands;

/** What makes a difference to the curve is set as for `train`. */
export const lrFindFlags = {
  model,
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

  val,
  maxBadFraction,
  headEpochs: { ...headEpochs, about: "with --phase tune: epochs that the head is trained before (default: 10)" },
  headLearningRate: { ...headLearningRate, about: "with --phase tune: learning rate of these (default: 0.003)" },
  unfreeze,
  batchNorm,
  lora,
  loraAlpha,
  loraTargets,
  batch,
  accumulate,
  optimizer,
  loss,
  augment,
  classWeights,
  hidden,
  dropout,
  labelSmoothing,
  headAt,
  preprocessing,
  seed,
  threads,
} as const satisfies Flags;
