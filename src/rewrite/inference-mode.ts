import { GraphError } from "../base/errors.ts";
import { numbersOf } from "../base/tensor.ts";
import { consumers, type Graph, type Node } from "../onnx/graph.ts";
import { attributesOf, type OpName } from "../onnx/ops.ts";
import { labelOf } from "./names.ts";
import { prune } from "./prune.ts";

interface Mode {
  readonly isTraining: (node: Node, graph: Graph) => boolean;
  /** @param isRead whether a node reads the tensor, or the graph gives it out */
  readonly infer: (node: Node, isRead: (name: string) => boolean) => readonly Node[];
}

/** Ops that compute something else while training. */
const modes: { readonly [O in OpName]?: Mode } = {
  Dropout: {
    isTraining: ({ inputs: [, , flag = ""] }, { initializers }) => {
      const value = initializers.get(flag);
      return flag !== "" && (value === undefined || numbersOf(value)[0] !== 0);
    },
    infer: (node, isRead) => {
      const [output = "", mask = ""] = node.outputs;
      if (mask !== "" && isRead(mask)) throw maskIsRead(node, mask);
      return [{ ...node, inputs: node.inputs.slice(0, 2), outputs: [output] }];
    },
  },
  BatchNormalization: {
    isTraining: ({ attributes }) => attributesOf("BatchNormalization", attributes).training_mode !== 0,
    infer: (node, isRead) => {
      const { training_mode, ...attributes } = node.attributes;
      const [, , , ...given] = node.inputs;
      const [Y = "", ...next] = node.outputs;
      // The running statistics come out as they went in.
      const copies = next.flatMap((name, at) => (name !== "" && isRead(name) ? [copy(given[at] ?? "", name)] : []));
      return [{ ...node, attributes, outputs: [Y] }, ...copies];
    },
  },
};

const copy = (from: string, to: string): Node => ({
  name: to,
  op: "Identity",
  domain: "",
  inputs: [from],
  outputs: [to],
  attributes: {},
});

/**
 * Puts nodes that were exported in training mode into inference mode: Dropout that drops nothing, BatchNormalization by
 * its running statistics. What training does with such layers is for the training program to say.
 *
 * @throws {GraphError} "unsupported-attribute" for a Dropout whose mask other nodes read
 */
export function inInferenceMode(graph: Graph): { readonly graph: Graph; readonly changes: readonly string[] } {
  const training = new Set(graph.nodes.filter((node) => modeOf(node)?.isTraining(node, graph)));
  if (training.size === 0) return { graph, changes: [] };
  const readers = consumers(graph);
  const given = new Set(graph.outputs.map(({ name }) => name));
  const isRead = (name: string) => readers.has(name) || given.has(name);
  const nodes = graph.nodes.flatMap((node) =>
    training.has(node) ? (modeOf(node)?.infer(node, isRead) ?? [node]) : [node],
  );
  const ops = [...new Set([...training].map(({ op }) => op))].join(", ");
  const change = `Nodes that were exported in training mode are put into inference mode: ${training.size} (${ops}).`;
  return { graph: prune({ ...graph, nodes }), changes: [change] };
}

const modeOf = ({ op, domain }: Node): Mode | undefined =>
  domain === "" && Object.hasOwn(modes, op) ? modes[op as OpName] : undefined;

const maskIsRead = (node: Node, mask: string): GraphError =>
  new GraphError(
    "unsupported-attribute",
    `Dropout "${labelOf(node)}" is in training mode, and other nodes read its mask "${mask}".`,
    { hint: "Export the model for inference (eval mode)." },
  );
