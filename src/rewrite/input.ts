import { ModelError } from "../base/errors.ts";
import { checkNumber, refuseUnknown } from "../base/options.ts";
import { formatShape, type Shape } from "../base/shape.ts";
import { ints, numbersOf, type Tensor } from "../base/tensor.ts";
import type { Graph, Node, ValueInfo } from "../onnx/graph.ts";
import { attributesOf } from "../onnx/ops.ts";
import { inferShapes } from "../onnx/shapes/infer.ts";
import { freshNames, tensorNames } from "./names.ts";
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
 * again; what could be computed from the size before only when the graph ran becomes constant. Where the batch was a fixed
 * number, constant Reshape targets that repeat it are opened too.
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
  const sized = { ...graph, inputs: [{ ...input, shape: fixed }] };
  return withInferredOutputs(simplify(typeof shape[0] === "number" ? withOpenBatch(sized, shape[0]) : sized));
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

/**
 * Replaces the leading extent of Reshape targets that was computed for `batch` pictures. For `batch` pictures nothing
 * changes: [2, 16, 8] becomes [-1, 16, 8] (the elements must fill it), [2, -1] becomes [0, -1] (0 copies the extent).
 */
function withOpenBatch(graph: Graph, batch: number): Graph {
  const initializers = new Map(graph.initializers);
  const fresh = freshNames(tensorNames(graph));
  return { ...graph, nodes: graph.nodes.map((node) => openTarget(node, batch, initializers, fresh)), initializers };
}

function openTarget(
  node: Node,
  batch: number,
  initializers: Map<string, Tensor>,
  fresh: (stem: string) => string,
): Node {
  const [data = "", target = ""] = node.inputs;
  const value = initializers.get(target);
  if (node.op !== "Reshape" || !value || initializers.has(data)) return node;
  const [leading = 0, ...others] = numbersOf(value);
  if (leading <= 0 || leading % batch !== 0 || attributesOf("Reshape", node.attributes).allowzero === 1) return node;
  const filled = others.every((extent) => extent > 0);
  if (!filled && leading !== batch) return node;
  const name = fresh(`${target}.open`);
  initializers.set(name, ints([filled ? -1 : 0, ...others]));
  return { ...node, inputs: [data, name] };
}

function notOnePicture(inputs: readonly ValueInfo[]): ModelError {
  const found = inputs.map(({ name, dtype, shape }) => `"${name}" ${dtype} ${formatShape(shape)}`).join(", ");
  return new ModelError(
    "not-an-image-model",
    `The model needs one picture input of four axes; it has ${found === "" ? "no input" : found}.`,
    { hint: "Regraft trains image classifiers: float32 [batch, 3, height, width]." },
  );
}
