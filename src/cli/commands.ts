import { type CommandRow, command } from "./command.ts";
import { benchFlags, benchOperands } from "./flags/bench.ts";
import { cacheFlags, cacheOperands } from "./flags/cache.ts";
import { checkFlags, checkOperands } from "./flags/check.ts";
import { compareFlags, compareOperands } from "./flags/compare.ts";
import { demoFlags, demoOperands } from "./flags/demo.ts";
import { doctorFlags, doctorOperands } from "./flags/doctor.ts";
import { errorsFlags, errorsOperands } from "./flags/errors.ts";
import { evaluateFlags, evaluateOperands } from "./flags/evaluate.ts";
import { explainFlags, explainOperands } from "./flags/explain.ts";
import { inspectFlags, inspectOperands } from "./flags/inspect.ts";
import { lrFindFlags, lrFindOperands } from "./flags/lr-find.ts";
import { modelsFlags, modelsOperands, modelsRemoveFlags, oneModelOperands } from "./flags/models.ts";
import { predictFlags, predictOperands } from "./flags/predict.ts";
import { sampleFlags, sampleOperands } from "./flags/sample.ts";
import { trainFlags, trainOperands } from "./flags/train.ts";

/** Every command of `regraft`, in the order of help. */
export const commands: readonly CommandRow[] = [
  command({
    name: "train",
    about: "Put a new head on a pre-trained model, train it, fine-tune the base",
    operands: trainOperands,
    flags: trainFlags,
    examples: [
      "train photos --model ./mobilenet_v2 --out runs/photos",
      'train photos --model ./mobilenet_v2 --unfreeze "last 3" --tune-epochs 3',
    ],
    stopsGently: true,
    load: async () => (await import("./commands/train.ts")).train,
  }),
  command({
    name: "check",
    about: "What is wrong with a folder of pictures: copies across splits, broken files, small or missing classes",
    operands: checkOperands,
    flags: checkFlags,
    examples: ["check photos", "check photos --strict --all"],
    load: async () => (await import("./commands/check.ts")).check,
  }),
  command({
    name: "lr-find",
    about: "Look for a learning rate: train for some steps while it grows, and watch the loss",
    operands: lrFindOperands,
    flags: lrFindFlags,
    examples: [
      "lr-find photos --model ./mobilenet_v2",
      "lr-find photos --model ./mobilenet_v2 --phase tune --out lr.svg",
    ],
    load: async () => (await import("./commands/lr-find.ts")).lrFind,
  }),
  command({
    name: "evaluate",
    about: "Loss and accuracy of a trained model on labelled pictures",
    operands: evaluateOperands,
    flags: evaluateFlags,
    examples: ["evaluate runs/photos photos/val"],
    load: async () => (await import("./commands/evaluate.ts")).evaluate,
  }),
  command({
    name: "predict",
    about: "What a model sees in pictures",
    operands: predictOperands,
    flags: predictFlags,
    examples: ["predict runs/photos a.jpg b.jpg --top 2"],
    load: async () => (await import("./commands/predict.ts")).predict,
  }),
  command({
    name: "compare",
    about: "Train in several ways on the same pictures, from scratch too, and tell which to take",
    operands: compareOperands,
    flags: compareFlags,
    examples: [
      "compare photos --model ./mobilenet_v2 --strategies head,full,scratch --seeds 2",
      "compare photos --model ./mobilenet_v2 --budget 10m --sizes 5,20,100",
    ],
    stopsGently: true,
    load: async () => (await import("./commands/compare.ts")).compare,
  }),
  command({
    name: "explain",
    about: "Where in pictures a model sees a class: a heat map over each",
    operands: explainOperands,
    flags: explainFlags,
    examples: ["explain runs/photos a.jpg --out a-heat.png", "explain mobilenet_v2 photos/*.jpg --class goldfish"],
    load: async () => (await import("./commands/explain.ts")).explain,
  }),
  command({
    name: "models",
    about: "Pre-trained models that are known by name, and which of them are on this machine",
    operands: modelsOperands,
    flags: modelsFlags,
    examples: ["models", "models resnet50", "train photos --model resnet50"],
    load: async () => (await import("./commands/models.ts")).models,
  }),
  command({
    name: "models pull",
    about: "Fetch a model, to have it when there is no network",
    operands: oneModelOperands,
    flags: modelsFlags,
    examples: ["models pull resnet50", "models pull hf:owner/name", "models pull https://example.com/model.onnx"],
    load: async () => (await import("./commands/models-pull.ts")).modelsPull,
  }),
  command({
    name: "models remove",
    about: "Take a model off this machine",
    operands: oneModelOperands,
    flags: modelsRemoveFlags,
    examples: ["models remove resnet50"],
    load: async () => (await import("./commands/models-remove.ts")).modelsRemove,
  }),
  command({
    name: "cache",
    about: "What was fetched from the hub and the web, and how much room it takes",
    operands: cacheOperands,
    flags: cacheFlags,
    examples: ["cache"],
    load: async () => (await import("./commands/cache.ts")).cache,
  }),
  command({
    name: "cache prune",
    about: "Take away what is not in use: older commits, downloads that were cut",
    operands: cacheOperands,
    flags: cacheFlags,
    examples: ["cache prune"],
    load: async () => (await import("./commands/cache-prune.ts")).cachePrune,
  }),
  command({
    name: "inspect",
    about: "What a model takes and gives, where its classifier is, what can be trained",
    operands: inspectOperands,
    flags: inspectFlags,
    examples: ["inspect ./mobilenet_v2 --nodes"],
    load: async () => (await import("./commands/inspect.ts")).inspect,
  }),
  command({
    name: "doctor",
    about: "What can be trained of a model, what stands in the way, what a step takes here",
    operands: doctorOperands,
    flags: doctorFlags,
    examples: ["doctor ./mobilenet_v2 --batch 16", "doctor ./mobilenet_v2 --no-measure --gradcheck"],
    load: async () => (await import("./commands/doctor.ts")).doctor,
  }),
  command({
    name: "bench",
    about: "How long a training step takes here, how near that is to what the machine can do, and where the time goes",
    operands: benchOperands,
    flags: benchFlags,
    examples: ["bench --model resnet18 --mode full --batch 16", "bench --model ./mobilenet_v2 --mode head --profile"],
    load: async () => (await import("./commands/bench.ts")).bench,
  }),
  command({
    name: "sample",
    about: "Draw a small data set",
    operands: sampleOperands,
    flags: sampleFlags,
    examples: ["sample shapes --per-class 60"],
    load: async () => (await import("./commands/sample.ts")).sample,
  }),
  command({
    name: "errors",
    about: "What an error's code means, when it comes up and what to do",
    operands: errorsOperands,
    flags: errorsFlags,
    examples: ["errors no-head", "errors"],
    load: async () => (await import("./commands/errors.ts")).errors,
  }),
  command({
    name: "demo",
    about: "Draw pictures, train on them with a model that ships with Regraft, predict",
    operands: demoOperands,
    flags: demoFlags,
    examples: ["demo"],
    stopsGently: true,
    load: async () => (await import("./commands/demo.ts")).demo,
  }),
];
