import { GraphError } from "../base/errors.ts";
import { formatShape, isStatic, sizeOf } from "../base/shape.ts";
import type { GraphBuilder, Value } from "../onnx/builder.ts";
import type { Node } from "../onnx/graph.ts";
import { isKnownOp, specOf } from "../onnx/ops.ts";
import { undoBroadcasting } from "./broadcasting.ts";
import { entryFor, NodeGradients } from "./context.ts";
import { dependents } from "./dependents.ts";
import { expandLike, scalar, zerosLike } from "./extents.ts";
import { gradientScope } from "./gradient-scope.ts";
import { NoGradient } from "./no-gradient.ts";
import { none } from "./rule.ts";

export interface BackwardOptions {
  /**
   * The forward nodes in topological order. What they read and make is in the builder already; they need not be, where
   * other ops compute the same.
   */
  readonly nodes: readonly Node[];
  /** What is differentiated: a scalar, unless `seed` is given. */
  readonly output: Value;
  /** Names of the tensors to differentiate by. */
  readonly wrt: readonly string[];
  /** The gradient of `output`, in its shape. Default: 1. */
  readonly seed?: Value;
  /**
   * Channels that the engine keeps together in its blocked tensors, where the graph will be put on those
   * (`rewrite/blocked`): some gradients have a form that is fast there and slow on plain tensors.
   */
  readonly block?: number | undefined;
}

/**
 * Emits the gradient of `output` by each tensor of `wrt`, in that tensor's shape; zeros where `output` does not depend
 * on it. Reverse-mode differentiation: nodes are walked backwards once, gradients that meet are summed. Only what lies
 * between `wrt` and `output` is differentiated: the rest costs nothing and needs no rule.
 *
 * @throws {NoGradient} "no-gradient" at the node nearest to the output that a gradient must pass and cannot
 * @throws {GraphError} "bad-shape" where `output` is no scalar and has no seed, or a shape is needed and not known
 */
export function backward(g: GraphBuilder, options: BackwardOptions): ReadonlyMap<string, Value> {
  const { nodes, output, wrt } = options;
  const dependent = dependents(nodes, { wrt, dtypeOf: (name) => g.value(name).dtype });
  const gradients = new Sums(g);
  if (dependent.has(output.name)) gradients.add(output.name, options.seed ?? one(g, output));
  const blocked = madeByUnknown(nodes);
  for (const node of nodes.toReversed()) passBack(g, node, { dependent, blocked, gradients, block: options.block });
  return new Map(wrt.map((name) => [name, gradients.total(name) ?? zerosLike(g, g.value(name))]));
}

/** The nodes of which Regraft does not know the op, by what they make: of that no shape may be known to differentiate by. */
const madeByUnknown = (nodes: readonly Node[]): ReadonlyMap<string, Node> =>
  new Map(
    nodes
      .filter((node) => specOf(node) === undefined)
      .flatMap((node) => node.outputs.map((name) => [name, node] as const)),
  );

interface Way {
  readonly dependent: ReadonlySet<string>;
  readonly blocked: ReadonlyMap<string, Node>;
  readonly gradients: Sums;
  readonly block: number | undefined;
}

function passBack(g: GraphBuilder, node: Node, { dependent, blocked, gradients, block }: Way): void {
  const arrived = node.outputs.map((name) => gradients.total(name));
  const wanted = node.inputs.flatMap((name, at) => (dependent.has(name) ? [at] : []));
  if (wanted.length === 0 || arrived.every((gradient) => gradient === undefined)) return;
  const shared = isKnownOp(node.op)
    ? new NodeGradients(g, node.op, node, { outputGradients: arrived, block })
    : undefined;
  for (const at of wanted) {
    const entry = entryFor(node, at);
    if (entry === none) continue;
    const maker = blocked.get(node.inputs[at] ?? "");
    if (maker) throw new NoGradient(maker, "Regraft does not know the op");
    if (!entry || !shared) throw new NoGradient(node, "Regraft does not know the op");
    if (typeof entry === "object") throw new NoGradient(node, entry.missing);
    const input = g.value(node.inputs[at] ?? "");
    const gradient = g.within(gradientScope(node, at), () => undoBroadcasting(g, shared.of(entry, at), input));
    g.within(gradientScope(node, "sum"), () => gradients.add(input.name, gradient));
  }
}

function one(g: GraphBuilder, output: Value): Value {
  const { name, shape } = output;
  if (shape && isStatic(shape) && sizeOf(shape) === 1) return expandLike(g, scalar(g, output, 1), output);
  throw new GraphError("bad-shape", `"${name}" is ${formatShape(shape)}; only a scalar has a gradient by itself.`, {
    hint: "Reduce it to a scalar, or pass the gradient of the output as seed.",
  });
}

/** Gradients under way: those that meet at a tensor are added up. */
class Sums {
  readonly #g: GraphBuilder;
  readonly #totals = new Map<string, Value>();

  constructor(g: GraphBuilder) {
    this.#g = g;
  }

  add(name: string, gradient: Value): void {
    const known = this.#totals.get(name);
    this.#totals.set(name, known ? this.#g.Add(known, gradient) : gradient);
  }

  total(name: string): Value | undefined {
    return this.#totals.get(name);
  }
}
