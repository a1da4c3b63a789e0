import type { Tensor } from "../../src/base/tensor.ts";
import type { Graph, Node } from "../../src/onnx/graph.ts";
import { attributesOf, bareName, isKnownOp, isVariadic, type OpName, ops } from "../../src/onnx/ops.ts";
import type { NamedInputs } from "./kernel.ts";
import { kernels } from "./kernels.ts";
import { widened } from "./widened.ts";

/**
 * Runs a graph in float64, op by op, as the ONNX definitions say: the yardstick for shapes, gradients and engines.
 * float32 inputs, weights and constants are widened, float64 feeds keep all their digits; int64 and bool stay exact.
 *
 * @param feeds a tensor for each graph input
 * @returns the graph's outputs by name; floats as float64
 */
export function evaluate(graph: Graph, feeds: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>> {
  const values = new Map<string, Tensor>();
  for (const [name, value] of graph.initializers) values.set(name, widened(value));
  for (const { name } of graph.inputs) {
    const feed = feeds[name];
    if (!feed) throw new Error(`no feed for the input "${name}"`);
    values.set(name, widened(feed));
  }
  const tensorNamed = (name: string): Tensor => {
    const value = values.get(name);
    if (!value) throw new Error(`no tensor "${name}"`);
    return value;
  };
  for (const node of graph.nodes) {
    const made = compute(
      node,
      node.inputs.map((name) => (name === "" ? undefined : tensorNamed(name))),
    );
    node.outputs.forEach((name, position) => {
      const value = made[position];
      if (name !== "" && !value) throw new Error(`${node.op} "${node.name}" has no output number ${position}`);
      if (value) values.set(name, value);
    });
  }
  return Object.fromEntries(graph.outputs.map(({ name }) => [name, tensorNamed(name)]));
}

function compute(node: Node, inputs: readonly (Tensor | undefined)[]): readonly Tensor[] {
  if (node.domain !== "" || !isKnownOp(node.op)) throw new Error(`no reference for ${node.domain}:${node.op}`);
  try {
    return apply(node.op, node, inputs);
  } catch (cause) {
    throw new Error(`${node.op} "${node.name}": ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/** The table's types pair each op with its inputs; here, where the op is a string of data, they are paired by name. */
function apply<O extends OpName>(op: O, node: Node, inputs: readonly (Tensor | undefined)[]): readonly Tensor[] {
  const names: readonly string[] = ops[op].inputs;
  const named = Object.fromEntries(
    names.map((name, position) => [bareName(name), isVariadic(name) ? inputs.slice(position) : inputs[position]]),
  );
  return kernels[op](named as NamedInputs<O>, attributesOf(op, node.attributes), node.outputs.length);
}
