import { measureNames } from "../../evaluation/measures.ts";
import { type Flags, maybe, type Operands, one, onOff } from "../flag.ts";
import {
  checkpointPace,
  classWeights,
  folderOrFraction,
  listOf,
  number,
  oneOf,
  text,
  unfreeze,
  wholeNumber,
  wordOrNumber,
} from "../values.ts";
import { batch, headAt, maxBadFraction, preprocessing, seed, threads } from "./shared.ts";

const files = "Files:";
const recipe = "Recipe:";
const head = "New layers:";
const model = "Reading the model:";
const imbalance = "Unequal classes, and what is best:";

const epochs = wholeNumber({ min: 0 });
const aboveZero = number({ above: 0 });
const share = number({ min: 0, below: 1 });

/** Without a value: the usual place. */
const placeOrUsual = (given: string): string | true => (given === "" ? true : text(given));

const aboutData = "folder of pictures: <class>/*, or train/<class>/* and val/<class>/*";

/** What is trained on, where it has to be named. */
export const picturesToTrainOn = { data: one("data", aboutData) } as const satisfies Operands;

/** A run that is gone on with names its own. */
export const trainOperands = { data: maybe("data", aboutData) } as const satisfies Operands;

const baseModel = {
  term: "--model <name or path>",
  about:
    "pre-trained classifier: one that `regraft models` lists, hf:owner/name, an https address of a model's file, a model folder or an .onnx file",
  group: files,
  parse: text,
};

/** The model that is trained, where it has to be named. */
export const modelToTrain = { model: { ...baseModel, required: true } } as const satisfies Flags;

export const trainFlags = {
  model: { ...baseModel, requiredUnless: "--resume" },
  resume: {
    term: "--resume <run>",
    about: "go on with a run that was stopped or killed, from its last checkpoint and with its options",
    group: files,
    parse: text,
  },
  out: { term: "--out <folder>", about: "the run's folder (default: runs/<data>-<date>)", group: files, parse: text },
  val: {
    term: "--val <folder or fraction>",
    about: "validation pictures, or the share of the data to keep for it (default: the data's val/ folder, else 0.2)",
    group: files,
    parse: folderOrFraction,
  },
  overwrite: onOff("--overwrite", "replace the run's folder where there is one", files),
  check: onOff(
    "--check",
    "look at every picture first, as `regraft check` does (default: counts and copies across splits)",
    files,
  ),
  dtype: {
    term: "--dtype <type>",
    about: "how the saved model keeps its weights: float32, or float16 in half the space (default: float32)",
    group: files,
    parse: oneOf({ float32: "float32", float16: "float16", fp32: "float32", fp16: "float16" }),
  },
  report: { ...onOff("--no-report", "leave out report.html, the page that tells the run", files), parse: () => false },
  tensorBoard: {
    term: "--tensorboard [folder]",
    about: "event files for TensorBoard (default: tensorboard/ in the run's folder)",
    group: files,
    parse: placeOrUsual,
  },
  csv: {
    term: "--csv [file]",
    about: "the history as CSV too, a row per epoch (default: history.csv in the run's folder)",
    group: files,
    parse: placeOrUsual,
  },
  checkpointEvery: {
    term: "--checkpoint-every <steps or time>",
    about:
      "write a checkpoint within an epoch too: after 500 steps, or 10m (default: 5m; after each epoch in any case)",
    group: files,
    parse: checkpointPace,
  },
  keepCheckpoints: {
    term: "--keep-checkpoints <n>",
    about: "checkpoints that are kept, the latest ones (default: 2)",
    group: files,
    parse: wholeNumber({ min: 1 }),
  },
  maxBadFraction: { ...maxBadFraction, group: files },
  checkMemory: {
    ...onOff("--no-memory-check", "train even where the memory seems too small for it", files),
    parse: () => false,
  },

  headEpochs: {
    term: "--head-epochs <n>",
    about: "epochs with the base frozen (default: 10)",
    group: recipe,
    parse: epochs,
  },
  tuneEpochs: {
    term: "--tune-epochs <n>",
    about: "epochs with the base unfrozen (default: 5)",
    group: recipe,
    parse: epochs,
  },
  headLearningRate: {
    term: "--head-lr <x>",
    about: "learning rate of the first phase (default: 0.003)",
    group: recipe,
    parse: aboveZero,
  },
  tuneLearningRate: {
    term: "--tune-lr <x>",
    about: "learning rate of the second phase (default: 0.00001; with --lora 0.0003)",
    group: recipe,
    parse: aboveZero,
  },
  unfreeze: {
    term: "--unfreeze <what>",
    about:
      'what of the base is tuned: all, none, "last 3" (or last:3), or the stage or node to start from (default: all)',
    group: recipe,
    parse: unfreeze,
  },
  fromScratch: onOff(
    "--from-scratch",
    "draw all weights anew and train the whole network in one phase: what transfer is to be measured against",
    recipe,
  ),
  epochs: {
    term: "--epochs <n>",
    about: "epochs from scratch (default: 15)",
    group: recipe,
    parse: wholeNumber({ min: 1 }),
  },
  learningRate: {
    term: "--lr <x>",
    about: "learning rate from scratch (default: 0.001, or 0.0001 where nothing normalizes in the network)",
    group: recipe,
    parse: aboveZero,
  },
  batchNorm: {
    term: "--batch-norm <mode>",
    about:
      "how BatchNorm layers that are tuned normalize: frozen (running statistics stay as they are) or training " +
      "(by each batch; running statistics follow) (default: frozen)",
    group: recipe,
    parse: oneOf({ frozen: "frozen", training: "training" }),
  },
  lora: {
    term: "--lora <rank>",
    about: "tune low-rank adapters in place of the base's own weights; the run holds them alone too, for PEFT",
    group: recipe,
    parse: wholeNumber({ min: 1 }),
  },
  loraAlpha: {
    term: "--lora-alpha <x>",
    about: "what adapters are scaled by, times the rank (default: the rank)",
    group: recipe,
    parse: aboveZero,
  },
  loraTargets: {
    term: "--lora-targets <layers,...>",
    about: "layers that get adapters, by whole or last parts of their names, e.g. query,value (default: all that can)",
    group: recipe,
    parse: listOf(text),
  },
  batch: { ...batch, group: recipe },
  accumulate: {
    term: "--accumulate <n>",
    about: "steps per update (default: 1)",
    group: recipe,
    parse: wholeNumber({ min: 1 }),
  },
  optimizer: {
    term: "--optimizer <name>",
    about: "adam, adamw, sgd or rmsprop (default: adam)",
    group: recipe,
    parse: oneOf({ adam: "adam", adamw: "adamw", sgd: "sgd", rmsprop: "rmsprop" }),
  },
  loss: {
    term: "--loss <name>",
    about: "softmax (cross-entropy), bce (binary, from logits) or mse (default: bce for two classes, softmax for more)",
    group: recipe,
    parse: oneOf({
      softmax: "softmaxCrossEntropy",
      bce: "binaryCrossEntropy",
      mse: "meanSquaredError",
      softmaxCrossEntropy: "softmaxCrossEntropy",
      binaryCrossEntropy: "binaryCrossEntropy",
      meanSquaredError: "meanSquaredError",
    }),
  },
  patience: {
    term: "--patience <n>",
    about: "epochs without a better validation loss (or --metric) after which a phase ends (default: none)",
    group: recipe,
    parse: wholeNumber({ min: 1 }),
  },
  augment: onOff("--augment", "random crops and flips of the training pictures", recipe),

  classWeights: {
    term: "--class-weights <what>",
    about: "what pictures weigh in the training loss: balanced (rare classes more), or ants=2,bees=1 (default: all 1)",
    group: imbalance,
    parse: classWeights,
  },
  sampling: {
    term: "--sampling <how>",
    about: "pictures of an epoch: shuffled (each once), or balanced (every class equally often) (default: shuffled)",
    group: imbalance,
    parse: oneOf({ shuffled: "shuffled", balanced: "balanced" }),
  },
  metric: {
    term: "--metric <name>",
    about: `what the best epoch is best in, on validation pictures: loss, accuracy, balancedAccuracy, macroF1, rocAuc, … (default: loss)`,
    group: imbalance,
    parse: oneOf(Object.fromEntries(measureNames.map((name) => [name, name]))),
  },
  threshold: {
    term: "--threshold <what>",
    about: "of two classes, the score from which on the second is chosen, or f1 or youden: best for it (default: 0.5)",
    group: imbalance,
    parse: wordOrNumber(["f1", "youden"], { above: 0, below: 1 }),
  },

  hidden: {
    term: "--hidden <units,...>",
    about: "hidden layers before the last one, e.g. 256,64",
    group: head,
    parse: listOf(wholeNumber({ min: 1 })),
  },
  dropout: {
    term: "--dropout <x>",
    about: "share of features dropped before each new layer (default: 0.2)",
    group: head,
    parse: share,
  },
  labelSmoothing: {
    term: "--label-smoothing <x>",
    about: "share of the target given to the other classes (default: 0)",
    group: head,
    parse: share,
  },

  headAt: { ...headAt, group: model },
  preprocessing: { ...preprocessing, group: model },

  seed,
  threads,
} as const satisfies Flags;
