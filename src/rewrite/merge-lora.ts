import { floats, numbersOf, type Tensor } from "../base/tensor.ts";
import type { Graph } from "../onnx/graph.ts";
import type { Lora, LoraAdapter } from "./lora.ts";
import { prune } from "./prune.ts";
import { withWeights } from "./weights.ts";

/**
 * Folds adapters into the weights that they stand beside, W + (alpha / rank) · B·A: the graph has its old nodes again.
 * The sum is done in float64 and rounded once; outputs agree with the adapters' within float32 rounding.
 *
 * @param graph what `addLora` made, or the same with other weights
 * @throws {GraphError} "no-such-node" · "bad-shape"
 */
export function mergeLora(graph: Graph, { rank, alpha, adapters }: Lora): Graph {
  const merged = adapters.map((adapter) => [adapter.weight, mergedWeight(graph, adapter, alpha / rank)] as const);
  const places = adapters.flatMap((adapter) => adapter.places);
  const sumOf = new Map(places.map(({ plain, sum }) => [plain, sum]));
  const nodes = graph.nodes
    .filter(({ inputs: [plain = ""], outputs: [sum] }) => sum === undefined || sumOf.get(plain) !== sum)
    .map((node) => ({ ...node, outputs: node.outputs.map((name) => sumOf.get(name) ?? name) }));
  return prune({ ...withWeights(graph, Object.fromEntries(merged)), nodes });
}

function mergedWeight({ initializers }: Graph, { weight, A, B, matrix }: LoraAdapter, scale: number): Tensor {
  const [W = [], left = [], right = []] = [weight, B, A].map((name) => {
    const value = initializers.get(name);
    return value && numbersOf(value);
  });
  const { inputs, outputs, transposed, factor } = matrix;
  const rank = right.length / inputs;
  const sums = Float64Array.from(W);
  for (let row = 0; row < outputs; row++) {
    for (let at = 0; at < rank; at++) {
      const weighed = ((left[row * rank + at] ?? 0) * scale) / factor;
      for (let column = 0; column < inputs; column++) {
        const place = transposed ? column * outputs + row : row * inputs + column;
        sums[place] = (sums[place] ?? 0) + weighed * (right[at * inputs + column] ?? 0);
      }
    }
  }
  return floats(sums, initializers.get(weight)?.shape ?? []);
}
