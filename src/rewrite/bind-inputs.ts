import { sizeOf } from "../base/shape.ts";
import { isDType, type Tensor, tensor, zeros } from "../base/tensor.ts";
import type { Graph, ValueInfo } from "../onnx/graph.ts";
import { type Changed, unchanged } from "./changed.ts";

interface Switch {
  readonly name: RegExp;
  /** What it is in inference. */
  readonly value: 0 | 1;
}

/** Inputs by which old exporters let the caller choose between training and inference. */
const switches: readonly Switch[] = [
  { name: /(^|[^a-z])(is_?)?train(ing)?([^a-z]|$)|phase_?train|learning_phase/i, value: 0 },
  { name: /keep_?prob/i, value: 1 },
  { name: /drop(out)?_?(rate|prob)/i, value: 0 },
];

/** Gives inputs of one number that switch between training and inference the value that means inference. */
export function bindSwitches(graph: Graph): Changed {
  const bound = graph.inputs.flatMap((input) => {
    const value = inferenceValue(input);
    return value ? [[input.name, value] as const] : [];
  });
  if (bound.length === 0) return unchanged(graph);
  const names = new Set(bound.map(([name]) => name));
  return {
    graph: {
      ...graph,
      inputs: graph.inputs.filter(({ name }) => !names.has(name)),
      initializers: new Map([...graph.initializers, ...bound]),
    },
    changes: bound.map(([name, { data }]) => `The input "${name}" is set to ${data[0]}, as in inference.`),
  };
}

/** undefined where the input is no such switch. */
function inferenceValue({ name, dtype, shape = [] }: ValueInfo): Tensor | undefined {
  const found = switches.find((one) => one.name.test(name));
  const extents = shape.map((extent) => (typeof extent === "string" ? 1 : extent));
  if (!found || sizeOf(extents) !== 1) return undefined;
  const made = zeros(dtype, extents);
  if (found.value === 0) return made;
  return isDType(made, "float32") ? tensor("float32", extents, Float32Array.of(1)) : undefined;
}
