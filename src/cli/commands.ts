import { type CommandRow, command } from "./command.ts";
import { many, one, onOff } from "./flag.ts";
import { batch, maxBadFraction, seed, threads } from "./flags/shared-flags.ts";
import { trainFlags } from "./flags/train-flags.ts";
import { text, wholeNumber } from "./values.ts";

/** Every command of `regraft`, in the order of help. */
export const commands: readonly CommandRow[] = [
  command({
    name: "train",
    about: "Put a new head on a pre-trained model, train it, fine-tune the base",
    operands: { data: one("data", "folder of pictures: <class>/*, or train/<class>/* and val/<class>/*") },
    flags: trainFlags,
    examples: [
      "train photos --model mobilenet_v2 --out runs/photos",
      'train photos --model mobilenet_v2 --tune-epochs 3 --unfreeze "last 3"',
    ],
    stopsGently: true,
    load: async () => (await import("./commands/train.ts")).train,
  }),
  command({
    name: "evaluate",
    about: "Loss and accuracy of a trained model on labelled pictures",
    operands: {
      run: one("run", "folder of a run or of a model"),
      data: one("data", "folder of pictures: <class>/*"),
    },
    flags: { batch, maxBadFraction, threads },
    examples: ["evaluate runs/photos photos/val"],
    load: async () => (await import("./commands/evaluate.ts")).evaluate,
  }),
  command({
    name: "predict",
    about: "What a trained model sees in pictures",
    operands: {
      run: one("run", "folder of a run or of a model"),
      images: many("images", "picture files"),
    },
    flags: {
      top: { term: "--top <k>", about: "classes to show per picture", parse: wholeNumber({ min: 1 }) },
      threads,
    },
    examples: ["predict runs/photos a.jpg b.jpg --top 2"],
    load: async () => (await import("./commands/predict.ts")).predict,
  }),
  command({
    name: "inspect",
    about: "What a model takes and gives, where its classifier is, what can be trained",
    operands: { model: one("model", "a model folder or an .onnx file") },
    flags: {
      headAt: { term: "--head-at <node>", about: "the classifier's node, where it is not found by itself", parse: text },
      nodes: onOff("--nodes", "list the layers with weights, as --unfreeze takes them"),
    },
    examples: ["inspect mobilenet_v2 --nodes"],
    load: async () => (await import("./commands/inspect.ts")).inspect,
  }),
  command({
    name: "sample",
    about: "Draw a small data set: five classes of shapes, seeded",
    operands: { folder: one("folder", "where the pictures go; must not exist yet") },
    flags: {
      perClass: { term: "--per-class <n>", about: "pictures per class", parse: wholeNumber({ min: 2 }) },
      size: { term: "--size <pixels>", about: "width and height", parse: wholeNumber({ min: 16, max: 4096 }) },
      seed,
    },
    examples: ["sample shapes --per-class 60"],
    load: async () => (await import("./commands/sample.ts")).sample,
  }),
  command({
    name: "demo",
    about: "Draw pictures, train on them with a model that ships with Regraft, predict",
    operands: {},
    flags: {
      out: { term: "--out <folder>", about: "the demo's folder, replaced (default: runs/demo)", parse: text },
      seed,
      threads,
    },
    examples: ["demo"],
    stopsGently: true,
    load: async () => (await import("./commands/demo.ts")).demo,
  }),
];
