import { z } from "zod";
import { ModelError } from "../base/errors.ts";
import { floatsOfHalves } from "../base/half.ts";
import { parseJson } from "../base/json.ts";
import { sizeOf } from "../base/shape.ts";
import { floats, fromBytes, type Tensor } from "../base/tensor.ts";
import type { StoredTensor } from "./layer-weights.ts";

const weightSchema = z.object({
  name: z.string(),
  shape: z.array(z.number().int().min(0)),
  dtype: z.string(),
  /** Numbers are kept as scale · q + min. */
  quantization: z.object({ dtype: z.string(), scale: z.number().optional(), min: z.number().optional() }).optional(),
});

const modelSchema = z.object({
  format: z.string().optional(),
  modelTopology: z.record(z.string(), z.unknown()),
  weightsManifest: z.array(z.object({ paths: z.array(z.string()), weights: z.array(weightSchema) })),
});

type StoredWeight = z.output<typeof weightSchema>;

/** A model.json of TensorFlow.js. */
export interface TensorFlowJsModel {
  /** With `class_name` and `config`, as Keras has it. */
  readonly topology: unknown;
  /** Weights that lie one after another in files, in this order. */
  readonly groups: readonly WeightGroup[];
}

export interface WeightGroup {
  /** Beside model.json, with "/" between folders. */
  readonly paths: readonly string[];
  /** Of all of its files together. */
  readonly sizeBytes: number;
  /** @param bytes of all files, joined */
  readonly tensors: (bytes: Uint8Array) => readonly StoredTensor[];
}

/**
 * Reads a model.json.
 *
 * @param file what to call it in messages
 * @throws {ModelError} "bad-model-folder" · "unsupported-model" for a graph that is no LayersModel · "bad-weights" for
 *   weights that are no real numbers
 * @see https://www.tensorflow.org/js/guide/save_load
 */
export function readTensorFlowJs(text: string, file: string): TensorFlowJsModel {
  const { format, modelTopology, weightsManifest } = parseJson(text, file, modelSchema);
  if (format === "graph-model" || "node" in modelTopology) {
    throw new ModelError("unsupported-model", `${file} is a graph model of TensorFlow.js, which keeps no layers.`, {
      hint: "Save the Keras model itself (.keras), or convert it with tensorflowjs_converter --output_format tfjs_layers_model.",
    });
  }
  return {
    topology: modelTopology.model_config ?? modelTopology,
    groups: weightsManifest.map(({ paths, weights }) => groupOf(paths, weights)),
  };
}

function groupOf(paths: readonly string[], weights: readonly StoredWeight[]): WeightGroup {
  const sizes = weights.map((weight) => sizeOf(weight.shape) * formOf(weight).bytes);
  let end = 0;
  const starts = sizes.map((size) => {
    end += size;
    return end - size;
  });
  return {
    paths,
    sizeBytes: end,
    tensors: (bytes) =>
      weights.map((weight, at) => {
        const start = starts[at] ?? 0;
        const own = bytes.subarray(start, start + (sizes[at] ?? 0));
        return { name: weight.name, read: () => formOf(weight).read(own, weight) };
      }),
  };
}

interface Form {
  /** Of one number. */
  readonly bytes: number;
  readonly read: (bytes: Uint8Array, weight: StoredWeight) => Tensor<"float32">;
}

const quantised =
  (dtype: "uint8" | "uint16") =>
  (bytes: Uint8Array, { shape, quantization }: StoredWeight): Tensor<"float32"> => {
    const { scale = 1, min = 0 } = quantization ?? {};
    return floats(
      Float64Array.from(fromBytes(dtype, shape, bytes).data, (q) => scale * q + min),
      shape,
    );
  };

/** How numbers are kept. Those that stand for integers (a count) are read too, since nothing asks for them. */
const forms: Readonly<Record<string, Form>> = {
  float32: { bytes: 4, read: (bytes, { shape }) => fromBytes("float32", shape, bytes) },
  int32: { bytes: 4, read: (bytes, { shape }) => floats(fromBytes("int32", shape, bytes).data, shape) },
  float16: { bytes: 2, read: (bytes, { shape }) => floatsOfHalves(fromBytes("float16", shape, bytes)) },
  uint8: { bytes: 1, read: quantised("uint8") },
  uint16: { bytes: 2, read: quantised("uint16") },
};

function formOf({ name, dtype, quantization }: StoredWeight): Form {
  const kind = quantization?.dtype ?? dtype;
  const form = Object.hasOwn(forms, kind) ? forms[kind] : undefined;
  if (form) return form;
  throw new ModelError("bad-weights", `The weight "${name}" is kept as ${kind}, which Regraft does not read.`);
}
