import { GraphError } from "../base/errors.ts";
import { refuseUnknown } from "../base/options.ts";
import { suggestion } from "../base/suggestion.ts";
import { consumers, type Graph, type Node, type ValueInfo } from "../onnx/graph.ts";
import { labelOf } from "./names.ts";
import { type HeadKind, type Product, productOf } from "./product-rules.ts";
import { type Chain, classOutput, roleOf, trailingChain } from "./trailing.ts";

/** The classifier at the end of a graph. */
export interface Head {
  /** The product of features and weights. */
  readonly node: Node;
  /** Names of the product and of all nodes behind it: bias, pooling, squeeze, softmax. */
  readonly nodes: readonly string[];
  readonly kind: HeadKind;
  /** The tensor that the product reads: [N, featureSize], or [N, featureSize, H, W] for a Conv. */
  readonly features: string;
  readonly featureSize: number;
  readonly classes: number;
  /** The tensor of scores before any Softmax or Sigmoid. */
  readonly logits: string;
  /** Whether a Softmax or LogSoftmax follows the logits. */
  readonly softmax: boolean;
  /** Why this node was chosen, as a sentence. */
  readonly reason: string;
}

/** What is named instead of a node where the model has no classifier. */
export const NO_HEAD = "none";

interface FindHeadOptions {
  /** Name of the product node, where the caller knows better. */
  readonly at?: string | undefined;
}

/**
 * Finds the classifier: the last Gemm, MatMul or 1x1 Conv with constant weights, with nothing behind it but bias,
 * pooling, reshaping and activation. `at` names another product node.
 *
 * @throws {GraphError} "no-head" · "no-such-node"
 */
export function findHead(graph: Graph, { at, ...rest }: FindHeadOptions = {}): Head {
  refuseUnknown("findHead", rest);
  const output = classOutput(graph);
  const chain = trailingChain(graph, output.name);
  return at === undefined ? automatic(graph, output, chain) : named(graph, output, chain, at);
}

function automatic(graph: Graph, output: ValueInfo, chain: Chain): Head {
  const { behind, end } = chain;
  const product = productAt(chain, graph);
  if (!end || !product) throw noHead(output, misplacedIn(chain, graph) ?? end);
  const reason = `${end.op} "${labelOf(end)}" is the last layer with weights: ${between(behind)} lies between it and the output "${output.name}".`;
  return head({ graph, output, chain, node: end, product, reason });
}

/** The product that a chain ends at; undefined where it ends at something else, or pools what is no map. */
export const productAt = (chain: Chain, graph: Graph): Product | undefined =>
  chain.end && !misplacedIn(chain, graph) ? productOf(chain.end, graph) : undefined;

const misplacedIn = ({ behind, end }: Chain, graph: Graph): Node | undefined =>
  end && productOf(end, graph)?.kind === "Conv" ? undefined : behind.find((node) => roleOf(node) === "convolutional");

/** "nothing", "nothing but Softmax", "nothing but Relu, Flatten and Softmax": in the order of the graph. */
function between(behind: Chain["behind"]): string {
  const [last, ...others] = behind.map(({ op }) => op);
  if (last === undefined) return "nothing";
  return others.length === 0 ? `nothing but ${last}` : `nothing but ${others.reverse().join(", ")} and ${last}`;
}

function named(graph: Graph, output: ValueInfo, chain: Chain, at: string): Head {
  const node = graph.nodes.find(({ name, outputs }) => name === at || outputs.includes(at));
  if (!node) {
    const names = graph.nodes.filter((known) => productOf(known, graph)).map(labelOf);
    throw new GraphError("no-such-node", `The graph has no node "${at}".`, suggestion(at, names));
  }
  const product = productOf(node, graph);
  if (!product) {
    throw new GraphError(
      "no-head",
      `"${at}" is a ${node.op}: a head starts at a Gemm, MatMul or 1x1 Conv with constant weights.`,
      {
        hint: "Name the node that multiplies the features with the classifier's weights.",
      },
    );
  }
  return head({
    graph,
    output,
    chain,
    node,
    product,
    reason: `${node.op} "${labelOf(node)}" was named by the caller.`,
  });
}

interface Found {
  readonly graph: Graph;
  readonly output: ValueInfo;
  readonly chain: Chain;
  readonly node: Node;
  readonly product: Product;
  readonly reason: string;
}

function head({ graph, output, chain, node, product, reason }: Found): Head {
  const { kind, features, featureSize, classes } = product;
  const activation = chain.behind.findLast((trailer) => roleOf(trailer) === "activation");
  const nodes = [node, ...descendants(graph, node)].map(labelOf);
  const logits = activation?.inputs[0] ?? output.name;
  const softmax = activation !== undefined && activation.op !== "Sigmoid";
  return { node, nodes, kind, features, featureSize, classes, logits, softmax, reason };
}

/** All nodes that depend on `node`, in graph order. */
function descendants(graph: Graph, node: Node): readonly Node[] {
  const readers = consumers(graph);
  const found = new Set<Node>();
  const open = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const reader of next.outputs.flatMap((name) => readers.get(name) ?? [])) {
      if (found.has(reader)) continue;
      found.add(reader);
      open.push(reader);
    }
  }
  return graph.nodes.filter((known) => found.has(known));
}

function noHead({ name }: ValueInfo, blocking: Node | undefined): GraphError {
  const found = blocking ? `${blocking.op} "${labelOf(blocking)}" stands there` : "the graph's input is reached";
  return new GraphError(
    "no-head",
    `No classifier was found before the output "${name}": a Gemm, MatMul or 1x1 Conv with constant weights was expected, but ${found}.`,
    { hint: `Name the classifier's node: --head-at <node>. If the output is features: --head-at ${NO_HEAD}.` },
  );
}
