import { ModelError } from "../base/errors.ts";
import { checkNumber, refuseUnknown } from "../base/options.ts";
import { formatShape, type Shape } from "../base/shape.ts";
import type { Graph, ValueInfo } from "../onnx/graph.ts";
import { inferShapes } from "../onnx/shapes/infer.ts";
import { simplify } from "./simplify.ts";

/** The name of the batch extent in every graph inside of Regraft. */
export const BATCH = "N";

interface InputSize {
  /** Pixels. */
  readonly height: number;
  readonly width: number;
}

/**
 * Gives the graph's picture input the shape [N, C, height, width] (or [N, height, width, C]) and infers its outputs
 * again; what could be computed from the size before only when the graph ran becomes constant. See `openBatch` for a graph
 * whose batch was a fixed number.
 *
 * @throws {ModelError} "not-an-image-model" · {GraphError} "bad-shape" where the graph cannot take that size
 */
export function fixInput(graph: Graph, { height, width, ...rest }: InputSize): Graph {
  refuseUnknown("fixInput", rest);
  checkNumber("height", height, { min: 1, integer: true });
  checkNumber("width", width, { min: 1, integer: true });
  const [input] = graph.inputs;
  const shape = input?.shape;
  if (!input || graph.inputs.length !== 1 || shape?.length !== 4) throw notOnePicture(graph.inputs);
  const channels = shape[1] === 3 || shape[3] !== 3 ? 1 : 3;
  const depth = shape[channels] ?? 3;
  const fixed: Shape = channels === 1 ? [BATCH, depth, height, width] : [BATCH, height, width, depth];
  return withInferredOutputs(simplify({ ...graph, inputs: [{ ...input, shape: fixed }] }));
}

/** The graph with dtype and shape of its outputs as inferred. */
export function withInferredOutputs(graph: Graph): Graph {
  const known = inferShapes(graph);
  const outputs = graph.outputs.map((output) => {
    const inferred = known.get(output.name);
    return inferred ? { name: output.name, dtype: inferred.dtype, shape: inferred.shape ?? output.shape } : output;
  });
  return { ...graph, outputs };
}

function notOnePicture(inputs: readonly ValueInfo[]): ModelError {
  const found = inputs.map(({ name, dtype, shape }) => `"${name}" ${dtype} ${formatShape(shape)}`).join(", ");
  return new ModelError(
    "not-an-image-model",
    `The model needs one picture input of four axes; it has ${found === "" ? "no input" : found}.`,
    { hint: "Regraft trains image classifiers: float32 [batch, 3, height, width]." },
  );
}
