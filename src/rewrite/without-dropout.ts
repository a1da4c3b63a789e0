import { consumers, type Graph } from "../onnx/graph.ts";
import { withoutIdentities } from "./simplify.ts";

/** The graph with its Dropout nodes taken out: what they are in inference, whatever mode the model was exported in. */
export function withoutDropout(graph: Graph): Graph {
  const read = new Set([...consumers(graph).keys(), ...graph.outputs.map(({ name }) => name)]);
  const nodes = graph.nodes.map((node) =>
    node.op === "Dropout" && node.domain === "" && !read.has(node.outputs[1] ?? "")
      ? { ...node, op: "Identity", inputs: node.inputs.slice(0, 1), outputs: node.outputs.slice(0, 1), attributes: {} }
      : node,
  );
  return withoutIdentities({ ...graph, nodes });
}
