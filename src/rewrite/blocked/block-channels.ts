import type { Graph } from "../../onnx/graph.ts";
import { addToConv, conv } from "./conv.ts";
import { convTranspose } from "./conv-transpose.ts";
import { elementwise, isElementwise } from "./elementwise.ts";
import { imageLanes } from "./image-lanes.ts";
import { BlockedLayout, NotBlockable } from "./layout.ts";
import { maxPool } from "./pooling.ts";
import { imagesAsChannels, productSum, waiting, waitingProduct } from "./products.ts";
import { globalAverage, reduction } from "./reductions.ts";
import type { BlockedRule } from "./rule.ts";
import { scaledSum } from "./scaled-sum.ts";

/** What is tried for each op, in order. */
const rules: Readonly<Record<string, readonly BlockedRule[]>> = {
  Conv: [imageLanes, conv],
  ConvTranspose: [convTranspose],
  Add: [addToConv, elementwise],
  GlobalAveragePool: [globalAverage],
  MaxPool: [maxPool],
  ReduceMean: [reduction],
  ReduceSum: [productSum, reduction],
  Sub: [scaledSum, elementwise],
  MatMul: [waitingProduct],
  Reshape: [imagesAsChannels, waiting],
  Transpose: [waiting],
};

/**
 * Puts convolutions and what stands between them on blocked tensors. The function stays; outputs that nothing reads may get
 * another shape, with as many numbers.
 *
 * @param block channels that the engine keeps together
 * @returns undefined where some tensor would have to leave the blocks that cannot: then the graph stays plain as a whole
 */
export function blockChannels(graph: Graph, { block }: { readonly block: number }): Graph | undefined {
  try {
    const layout = new BlockedLayout(graph, block);
    for (const node of graph.nodes) {
      if (layout.isTaken(node)) continue;
      layout.begin(node);
      const tried = rules[node.op] ?? (isElementwise(node) ? [elementwise] : []);
      if (node.domain !== "" || !tried.some((rule) => rule(node, layout))) layout.copy(node);
    }
    return layout.build();
  } catch (error) {
    if (error instanceof NotBlockable) return undefined;
    throw error;
  }
}
