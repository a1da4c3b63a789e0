import type { z } from "zod";
import { ModelError } from "../base/errors.ts";
import type { StaticShape } from "../base/shape.ts";
import type { Tensor } from "../base/tensor.ts";
import type { GraphBuilder, Value } from "../onnx/builder.ts";
import type { AttributeOptions, OpName } from "../onnx/ops.ts";
import type { Kept } from "./kept.ts";

/** Keras' names of a layer's tensors. */
export type Part =
  | "kernel"
  | "depthwise_kernel"
  | "pointwise_kernel"
  | "bias"
  | "gamma"
  | "beta"
  | "moving_mean"
  | "moving_variance"
  | "mean"
  | "variance";

/** Where names mean different things: TensorFlow.js goes with Keras 2. */
export type Dialect = "keras2" | "keras3";

/** A call of a layer, with all that its row may use. */
export interface LayerSite {
  readonly g: GraphBuilder;
  /** The layer's, after those of the models that it lies in: "base.Conv1". */
  readonly name: string;
  /** Keras' class. */
  readonly kind: string;
  readonly dialect: Dialect;
  /** What the call reads, one or more. */
  readonly inputs: readonly Kept[];
  /** The first input. */
  readonly input: Kept;
  /**
   * The layer's tensors, of which there are these and no others, in the order in which Keras makes them.
   *
   * @throws {ModelError} "bad-weights" where one is missing
   */
  weights(parts: readonly Part[]): (part: Part) => Tensor<"float32">;
  /** Adds a weight of the layer, `<layer>.<part>` in the graph; a layer that is called again has it already. */
  weight(part: string, make: () => Tensor<"float32">): Value;
  /** The layer's main node, which bears its name. */
  place<O extends OpName>(op: O, inputs: readonly Value[], attributes: AttributeOptions<O>): Value;
  /** The error for an option that is not translated. */
  unsupported(what: string): ModelError;
}

/** How a class of layers is translated. */
export interface LayerRow {
  readonly emit: (site: LayerSite, config: Readonly<Record<string, unknown>>) => Kept;
}

/** A row of the table; what the layer's description holds is checked against `schema` first. */
export function row<S extends z.ZodType>(schema: S, emit: (site: LayerSite, config: z.output<S>) => Kept): LayerRow {
  return {
    emit: (site, config) => {
      const { success, data, error } = schema.safeParse(config);
      if (success) return emit(site, data);
      const [issue] = error.issues;
      const place = issue && issue.path.length > 0 ? ` "${issue.path.join(".")}"` : "";
      throw new ModelError(
        "bad-keras",
        `The layer "${site.name}" (${site.kind}) is not described as it should be:${place} ${issue?.message ?? "?"}.`,
        { cause: error },
      );
    },
  };
}

/** @throws {ModelError} "bad-weights" */
export function requireShape(site: LayerSite, part: string, found: Tensor, shape: StaticShape): void {
  if (found.shape.length === shape.length && found.shape.every((extent, axis) => extent === shape[axis])) return;
  throw new ModelError(
    "bad-weights",
    `The ${part} of the layer "${site.name}" (${site.kind}) should be [${shape.join(", ")}], and is [${found.shape.join(", ")}].`,
  );
}
