import type { Flags, Operands } from "../flag.ts";
import { benchMode, oneOf, text, wholeNumber } from "../values.ts";
import { batch, headAt, seed, threads } from "./shared.ts";

export const benchOperands = {} as const satisfies Operands;

export const benchFlags = {
  model: {
    term: "--model <name or path>",
    about:
      "vgg16, resnet18, resnet50, mobilenet_v2 and their like, with random weights; or a model folder or .onnx file",
    parse: text,
    required: true,
  },
  mode: {
    term: "--mode <what>",
    about:
      'full (a step that trains all layers), "last 3" (or last:3), head (a new head on the frozen base), or forward ' +
      "(the base's features alone) (default: full)",
    parse: benchMode,
  },
  batch: { ...batch, about: "pictures per step (default: 16)" },
  steps: {
    term: "--steps <n>",
    about: "steps that are timed, after two that are not (default: 10)",
    parse: wholeNumber({ min: 1 }),
  },
  imageSize: {
    term: "--image-size <px>",
    about: "height and width of the pictures (default: what the model is made for)",
    parse: wholeNumber({ min: 1 }),
  },
  optimizer: {
    term: "--optimizer <name>",
    about: "sgd (momentum 0.9), adam, adamw or rmsprop (default: sgd)",
    parse: oneOf({ adam: "adam", adamw: "adamw", sgd: "sgd", rmsprop: "rmsprop" }),
  },
  profile: {
    term: "--profile [file]",
    about: "tell where the time goes, by the engine's profiler; the file gets every node as JSON",
    parse: (given: string) => given,
  },
  headAt,
  seed,
  threads,
} as const satisfies Flags;
