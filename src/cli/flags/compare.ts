import { type Flags, picked } from "../flag.ts";
import { budget, listOf, number, percentage, text, wholeNumber } from "../values.ts";
import { modelToTrain, picturesToTrainOn, trainFlags } from "./train.ts";

const comparison = "Comparison:";

export const compareOperands = picturesToTrainOn;

export const compareFlags = {
  ...modelToTrain,
  out: {
    term: "--out <folder>",
    about: "the comparison's folder (default: runs/<data>-compared-<date>)",
    group: "Files:",
    parse: text,
  },
  ...picked(trainFlags, "val", "overwrite"),
  report: { ...trainFlags.report, about: "leave out report.html, the page that tells the comparison" },
  ...picked(trainFlags, "maxBadFraction"),

  strategies: {
    term: "--strategies <names,...>",
    about:
      "of head (new head on the frozen base), partial (then the last third of the base too), full (then all of it), " +
      "scratch (all weights drawn anew) (default: all)",
    group: comparison,
    parse: listOf(text),
  },
  seeds: {
    term: "--seeds <n>",
    about: "trainings of each strategy, each with another seed (default: 3)",
    group: comparison,
    parse: wholeNumber({ min: 1 }),
  },
  budget: {
    term: "--budget <epochs or time>",
    about: "what each training may take: 15 (epochs), or 10m, 90s, 1h (default: 15)",
    group: comparison,
    parse: budget,
  },
  sizes: {
    term: "--sizes <percentages,...>",
    about: "the whole comparison with shares of the training pictures, e.g. 5,10,20,50,100 (default: 100)",
    group: comparison,
    parse: listOf(percentage),
  },
  reach: {
    term: "--reach <x>",
    about: "the accuracy to count epochs until, 0 to 1 (default: 95% of the best one's)",
    group: comparison,
    parse: number({ above: 0, max: 1 }),
  },

  headLearningRate: { ...trainFlags.headLearningRate, about: "learning rate of new heads (default: 0.003)" },
  tuneLearningRate: { ...trainFlags.tuneLearningRate, about: "learning rate of the unfrozen base (default: 0.00001)" },
  ...picked(trainFlags, "learningRate", "batch", "accumulate", "optimizer", "loss", "patience", "augment"),
  ...picked(trainFlags, "classWeights", "sampling", "metric"),
  ...picked(trainFlags, "hidden", "dropout", "labelSmoothing", "headAt", "preprocessing", "seed", "threads"),
} as const satisfies Flags;
