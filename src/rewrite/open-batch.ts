import { GraphError, ModelError } from "../base/errors.ts";
import type { Dim } from "../base/shape.ts";
import type { Tensor } from "../base/tensor.ts";
import { type Graph, type Node, producers } from "../onnx/graph.ts";
import type { OpName } from "../onnx/ops.ts";
import { inferNode, inferShapes } from "../onnx/shapes/infer.ts";
import type { Known } from "../onnx/shapes/known.ts";
import { type OpeningContext, openings } from "./batch-openings.ts";
import type { BatchPlace } from "./batch-place.ts";
import { type Changed, unchanged } from "./changed.ts";
import { BATCH, withInferredOutputs } from "./input.ts";
import { freshNames, tensorNames } from "./names.ts";
import { prune } from "./prune.ts";

/**
 * Makes a batch that the model was exported with, 1 or 8, an open one. What was computed for that batch is computed
 * for any: targets of Reshape and Expand, ends of Slice along the batch, and constants that repeat one row per picture,
 * such as class tokens [8, 1, C].
 *
 * That nothing else depends on the batch is shown by inference: at the old batch every tensor keeps its shape, and at a
 * batch that divides nothing no two shapes contradict each other and the output has one row per picture. Whether rows
 * mix, shapes do not tell: whoever runs the graph compares it with the closed one first.
 *
 * @throws {ModelError} "fixed-batch" where that cannot be shown
 */
export function openBatch(graph: Graph): Changed {
  const [input, ...others] = graph.inputs;
  const batch = input?.shape?.[0];
  if (!input || others.length > 0 || input.shape?.length !== 4 || typeof batch !== "number") return unchanged(graph);
  const opened = new Opening(graph, batch).graph();
  const problem = contradiction(opened, graph, batch);
  if (problem !== undefined) throw fixed(batch, problem);
  return { graph: prune(withInferredOutputs(opened)), changes: [`The batch was fixed at ${batch}; now it is open.`] };
}

/** At another batch than `at`, a graph whose batch is a number in constants does not add up: primes beyond any extent. */
const ODD_BATCH = 1_000_003;

/** Why the graph is not that of any batch; undefined where it is. */
function contradiction(opened: Graph, closed: Graph, batch: number): string | undefined {
  try {
    const [was, same] = [inferShapes(closed), inferShapes(withBatch(opened, batch))];
    const odd = inferShapes(withBatch(opened, ODD_BATCH));
    for (const [name, { shape }] of was) {
      const now = same.get(name)?.shape;
      if (closed.initializers.has(name) || !now || !shape || `${now}` === `${shape}`) continue;
      return `"${name}" would be [${now.join(", ")}] instead of [${shape.join(", ")}]`;
    }
    const bad = opened.outputs.find(({ name }) => odd.get(name)?.shape?.[0] !== ODD_BATCH);
    return bad && `the output "${bad.name}" does not have one row per picture`;
  } catch (error) {
    if (error instanceof GraphError) return error.message.replaceAll(String(ODD_BATCH), BATCH).replace(/\.$/, "");
    throw error;
  }
}

const withBatch = (graph: Graph, batch: Dim): Graph => ({
  ...graph,
  inputs: graph.inputs.map((input) => ({ ...input, shape: input.shape && [batch, ...input.shape.slice(1)] })),
});

const fixed = (batch: number, why: string): ModelError =>
  new ModelError("fixed-batch", `The model is made for batches of ${batch} only: for others, ${why}.`, {
    hint: "Export it with a symbolic batch: dynamic_axes or dynamic_shapes in PyTorch, None in Keras.",
  });

/** Whether an extent is the batch or a multiple of it. */
const countsBatch = (dim: Dim): boolean => typeof dim === "string" && /(^|\W)N(\W|$)/.test(dim);

/** Goes through the nodes in order, knowing of each tensor its shape at the old batch and at any. */
class Opening {
  readonly #source: Graph;
  readonly #batch: number;
  readonly #closed: ReadonlyMap<string, Known>;
  readonly #makers: ReadonlyMap<string, Node>;
  readonly #open: Map<string, Known>;
  readonly #initializers: Map<string, Tensor>;
  readonly #fresh: (stem: string) => string;
  /** `BatchPlace.outer` of tensors where it is not 1 for certain. */
  readonly #outer = new Map<string, number>();

  constructor(graph: Graph, batch: number) {
    this.#source = withBatch(graph, BATCH);
    this.#batch = batch;
    this.#closed = inferShapes(graph);
    this.#makers = producers(graph);
    this.#open = new Map(this.#source.inputs.map((input) => [input.name, input]));
    this.#initializers = new Map(graph.initializers);
    this.#fresh = freshNames(tensorNames(graph));
    for (const [name, value] of graph.initializers) this.#know(name, value);
  }

  graph(): Graph {
    const nodes = this.#source.nodes.flatMap((node) => {
      const made = this.#opened(node);
      for (const one of made) this.#infer(one);
      return made;
    });
    return { ...this.#source, nodes, initializers: this.#initializers };
  }

  #know(name: string, constant: Tensor): void {
    this.#open.set(name, { name, dtype: constant.dtype, shape: constant.shape, constant });
  }

  /** Two shapes that contradict each other are left unknown here: `contradiction` tells. */
  #infer(node: Node): void {
    const inputs = node.inputs.map((name) => (name === "" ? undefined : this.#open.get(name)));
    try {
      for (const output of inferNode(node, inputs)) {
        this.#open.set(output.name, output);
        this.#follow(node, output);
      }
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
    }
  }

  /** An axis that counts the same as one of an input's counts it in the same order. */
  #follow({ inputs }: Node, { name, shape }: Known): void {
    const extent = shape?.find(countsBatch);
    const source = inputs.find((input) => extent !== undefined && this.#open.get(input)?.shape?.includes(extent));
    const outer = source === undefined ? undefined : this.#outer.get(source);
    if (outer !== undefined && !this.#outer.has(name)) this.#outer.set(name, outer);
  }

  #placeOf(name: string): BatchPlace | undefined {
    const axes = (this.#open.get(name)?.shape ?? []).flatMap((dim, axis) => (countsBatch(dim) ? [axis] : []));
    const [axis, ...others] = axes;
    return axis === undefined || others.length > 0 ? undefined : { axis, outer: this.#outer.get(name) ?? 1 };
  }

  #opened(node: Node): readonly Node[] {
    const rule = node.domain === "" && Object.hasOwn(openings, node.op) ? openings[node.op as OpName] : undefined;
    return rule ? rule(node, this.#context) : [node];
  }

  readonly #context: OpeningContext = {
    closed: (name) => this.#closed.get(name)?.shape,
    open: (name) => this.#open.get(name)?.shape,
    value: (name) => this.#initializers.get(name),
    constant: (stem, value) => {
      const name = this.#fresh(`${stem}.open`);
      this.#initializers.set(name, value);
      this.#know(name, value);
      return name;
    },
    fresh: (stem) => this.#fresh(stem),
    maker: (name) => this.#makers.get(name),
    placeOf: (name) => this.#placeOf(name),
    put: (name, { outer }) => this.#outer.set(name, outer),
    batch: () => this.#batch,
  };
}
