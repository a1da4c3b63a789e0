import { entryFor } from "../autodiff/context.ts";
import { dependentsIn } from "../autodiff/dependents.ts";
import { none } from "../autodiff/rule.ts";
import type { Extents } from "../onnx/extents.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { isFactor, multiplyAddsOf } from "../onnx/multiply-adds.ts";

/** Multiply-adds. */
export interface Work {
  readonly forward: number;
  /** Of gradients by activations. */
  readonly dX: number;
  /** Of gradients by weights. */
  readonly dW: number;
}

export const totalWork = ({ forward, dX, dW }: Work): number => forward + dX + dW;

export interface StepWorkOptions {
  /** Names of the initializers that are trained; none: the forward pass alone. */
  readonly trainable: readonly string[];
  readonly extents: Extents;
}

/**
 * The multiply-adds of a training step by the model's own mathematics, whatever a program makes of it: each sum of products
 * (Conv, Gemm, ...) costs as many forward as for the gradient of each of its operands that is needed, a trained weight's or
 * that of an activation with a trained weight before it. Everything else is not counted.
 *
 * @returns a row for each node that sums products
 * @throws {GraphError} as `inferShapes`
 */
export function stepWork(graph: Graph, { trainable, extents }: StepWorkOptions): ReadonlyMap<Node, Work> {
  const trained = dependentsIn(graph, trainable);
  const activations = dependentsIn(
    graph,
    graph.inputs.map(({ name }) => name),
  );
  const rows = [...multiplyAddsOf(graph, { extents })].map(([node, forward]) => {
    const needed = node.inputs.filter(
      (name, at) => trained.has(name) && isFactor(node, at) && entryFor(node, at) !== none,
    );
    const moving = needed.filter((name) => activations.has(name)).length;
    return [node, { forward, dX: forward * moving, dW: forward * (needed.length - moving) }] as const;
  });
  return new Map(rows);
}

/** The work of all nodes together. */
export function sumOfWork(rows: Iterable<Work>): Work {
  const sum = { forward: 0, dX: 0, dW: 0 };
  for (const { forward, dX, dW } of rows) {
    sum.forward += forward;
    sum.dX += dX;
    sum.dW += dW;
  }
  return sum;
}
