import { floats } from "../base/tensor.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { mergedConvs } from "./merged-batch-norm.ts";
import { freshNames, labelOf, tensorNames } from "./names.ts";
import { prune } from "./prune.ts";

/** As in PyTorch and torchvision. */
const epsilon = 1e-5;
/** Share of the running statistics that a step keeps: PyTorch's momentum is 1 − this. */
const momentum = 0.9;

/**
 * Puts a BatchNormalization behind each convolution that one was merged into, with scale 1, bias 0, mean 0, variance 1, and
 * takes the convolution's bias away, which the layer's own replaces. The weights that the graph holds mean nothing then:
 * it is for networks that are trained anew.
 *
 * @returns the graph, and how many convolutions got one; none leaves it as it is
 */
export function giveBackBatchNorms(graph: Graph): { readonly graph: Graph; readonly count: number } {
  const merged = new Set(mergedConvs(graph));
  if (merged.size === 0) return { graph, count: 0 };
  const fresh = freshNames(tensorNames(graph));
  const initializers = new Map(graph.initializers);
  const nodes = graph.nodes.flatMap((node) => {
    if (!merged.has(node)) return [node];
    const [X = "", W = ""] = node.inputs;
    const [Y = ""] = node.outputs;
    const label = `${labelOf(node)}/batch_norm`;
    const normal = fresh(`${label}_input`);
    const channels = graph.initializers.get(W)?.shape[0] ?? 0;
    const filled = (part: string, value: number) => {
      const name = fresh(`${label}.${part}`);
      initializers.set(name, floats(new Float32Array(channels).fill(value), [channels]));
      return name;
    };
    const layer: Node = {
      name: label,
      op: "BatchNormalization",
      domain: "",
      inputs: [normal, filled("weight", 1), filled("bias", 0), filled("running_mean", 0), filled("running_var", 1)],
      outputs: [Y],
      attributes: { epsilon: { kind: "float", value: epsilon }, momentum: { kind: "float", value: momentum } },
    };
    return [{ ...node, inputs: [X, W], outputs: [normal] }, layer];
  });
  return { graph: prune({ ...graph, nodes, initializers }), count: merged.size };
}
