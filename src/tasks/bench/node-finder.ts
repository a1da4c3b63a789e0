import { type Graph, type Node, producers } from "../../onnx/graph.ts";

/** Back from the end of a chain that was joined (Conv, BatchNormalization, Add, Relu) to its beginning. */
const longestChain = 4;

/** Where one name may end inside another that was made from it. */
const boundary = /[/_. ]/;

/**
 * Finds the node of a model that the engine means. Nodes that run as they are keep their names; what the engine joined or
 * exchanged has a name that begins with that of a node ("MatMul_1/MatmulTransposeFusion/") or with that of the tensor it
 * makes ("relu_out_nchwc"), or that stands behind a word ("fused fc"). Seen in onnxruntime 1.30.
 *
 * @returns a function of the engine's name and op; undefined for what the engine put in itself ("ReorderInput")
 */
export function nodeFinder(graphs: readonly Graph[]): (name: string, op: string) => Node | undefined {
  const byTensor = new Map(graphs.flatMap((graph) => [...producers(graph)]));
  const byName = new Map(graphs.flatMap(({ nodes }) => nodes.map((node) => [node.name, node] as const)));
  byName.delete("");
  const exact = (name: string) => byName.get(name) ?? byTensor.get(name);
  const named = (name: string) => {
    for (let end = name.length; end > 0; end--) {
      const found = end === name.length || boundary.test(name.charAt(end)) ? exact(name.slice(0, end)) : undefined;
      if (found) return found;
    }
    return undefined;
  };
  return (name, op) => {
    const found = named(name) ?? named(name.replace(/^fused /, ""));
    return found && ofOp(found, op.replace(/^Fused/, ""), byTensor);
  };
}

/** The node of this op that the chain which ends in `last` begins with; `last` itself where there is none. */
function ofOp(last: Node, op: string, byTensor: ReadonlyMap<string, Node>): Node {
  let node: Node | undefined = last;
  for (let step = 0; step < longestChain && node; step++) {
    if (node.op === op) return node;
    node = byTensor.get(node.inputs[0] ?? "");
  }
  return last;
}
