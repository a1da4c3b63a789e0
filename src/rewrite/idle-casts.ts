import { type DType, isFloat } from "../base/dtype.ts";
import { dtypeOfCode } from "../onnx/data-types.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { attributesOf, specOf } from "../onnx/ops.ts";
import { inferShapes } from "../onnx/shapes/infer.ts";

/**
 * Turns each Cast to the float type that its input has already into an Identity. Only where that type is certain:
 * behind ops that Regraft does not know it is a guess.
 */
export function withoutIdleCasts(graph: Graph): Graph {
  if (!graph.nodes.some(isCast)) return graph;
  const known = inferShapes(graph);
  const certain = new Set([...graph.inputs.map(({ name }) => name), ...graph.initializers.keys(), ""]);
  const nodes = graph.nodes.map((node): Node => {
    const sure = node.inputs.every((name) => certain.has(name));
    if (isCast(node) || (specOf(node) && sure)) for (const name of node.outputs) certain.add(name);
    const [input = ""] = node.inputs;
    const idle = isCast(node) && sure && keeps(node, known.get(input)?.dtype);
    return idle ? { ...node, op: "Identity", attributes: {} } : node;
  });
  return { ...graph, nodes };
}

const isCast = ({ op, domain }: Node): boolean => op === "Cast" && domain === "";

function keeps({ attributes }: Node, dtype: DType | undefined): boolean {
  return dtype !== undefined && isFloat(dtype) && dtypeOfCode(attributesOf("Cast", attributes).to ?? 0) === dtype;
}
