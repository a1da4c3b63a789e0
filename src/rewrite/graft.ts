import { GraphError } from "../base/errors.ts";
import { initialTensor } from "../base/initializations.ts";
import { refuseUnknown } from "../base/options.ts";
import type { Random } from "../base/random.ts";
import { formatShape } from "../base/shape.ts";
import { floats, tensor } from "../base/tensor.ts";
import { extend, type GraphBuilder, type Value } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import type { Layer } from "./layers.ts";
import { freeStem, freshNames, tensorNames } from "./names.ts";
import { poolingOf, poolingRules } from "./pool-features.ts";
import { renameTensor } from "./rename.ts";

export interface GraftOptions {
  /** Draws the weights: layer i uses the stream "head", i. */
  readonly rng: Random;
  readonly outputName?: string;
}

export interface Grafted {
  readonly graph: Graph;
  /** Names of the new weights and biases, in layer order. */
  readonly added: readonly string[];
}

interface LayerContext {
  readonly g: GraphBuilder;
  readonly X: Value;
  readonly rng: Random;
  /** Adds a weight named `<head>.<layer>.<part>`. */
  readonly weight: (part: string, value: Parameters<GraphBuilder["initializer"]>[1]) => Value;
}

type LayerRules = {
  readonly [K in Layer["kind"]]: (context: LayerContext, layer: Extract<Layer, { readonly kind: K }>) => Value;
};

const layerRules: LayerRules = {
  // Y [N, units] = X·Wᵀ + b
  dense: ({ g, X, rng, weight }, { units, init }) => {
    const fans = { inputs: lastExtent(X), outputs: units };
    const W = weight("weight", initialTensor(init, [units, fans.inputs], { fans, rng }));
    return g.Gemm(X, W, weight("bias", floats(new Float32Array(units))), { transB: 1 });
  },
  relu: ({ g, X }) => g.Relu(X),
  // Passes its input through; a training program replaces it by one that drops.
  dropout: ({ g, X }, { rate }) => g.Dropout(X, g.float(rate), g.constant(tensor("bool", [], Uint8Array.of(0)))),
};

function build(context: LayerContext, layer: Layer): Value {
  switch (layer.kind) {
    case "dense":
      return layerRules.dense(context, layer);
    case "relu":
      return layerRules.relu(context, layer);
    case "dropout":
      return layerRules.dropout(context, layer);
  }
}

/**
 * Puts new layers behind the only output of `graph`: features [N, F], or what `poolingOf` makes [N, F] of. Weights
 * of layer i are `head.<i>.weight` [units, inputs] and `head.<i>.bias` [units]; `head2` where the graph has a `head` of
 * its own.
 *
 * @throws {GraphError} "bad-shape" where the features have another rank or an unknown size
 */
export function graft(
  graph: Graph,
  layers: readonly Layer[],
  { rng, outputName = "logits", ...rest }: GraftOptions,
): Grafted {
  refuseUnknown("graft", rest);
  const base = withoutName(graph, outputName);
  const stem = freeStem(base, "head");
  const g = extend(base, { prefix: `${stem}.` });
  const added: string[] = [];
  const features = featuresOf(base, g);
  let X = poolingRules[poolingOf(base, features.name).pooling].pool(g, features);
  for (const [at, layer] of layers.entries()) {
    const weight: LayerContext["weight"] = (part, value) => {
      const made = g.initializer(`${stem}.${at}.${part}`, value);
      added.push(made.name);
      return made;
    };
    X = build({ g, X, rng: rng.fork("head", at), weight }, layer);
  }
  return { graph: renameTensor(g.build([X]), X.name, outputName), added };
}

/** The graph with a tensor of its own that has the wanted output name out of the way. */
function withoutName(graph: Graph, name: string): Graph {
  const names = tensorNames(graph);
  return names.has(name) ? renameTensor(graph, name, freshNames(names)(`base.${name}`)) : graph;
}

function featuresOf({ outputs }: Graph, g: GraphBuilder): Value {
  const [output, ...others] = outputs;
  if (output && others.length === 0) return g.value(output.name);
  throw new GraphError("bad-graph", `A head goes on a graph with one output; this one has ${outputs.length}.`, {
    hint: "Cut the graph at its features first.",
  });
}

function lastExtent({ name, shape }: Value): number {
  const extent = shape?.at(-1);
  if (typeof extent === "number") return extent;
  throw new GraphError("bad-shape", `The number of features of "${name}" is not known: ${formatShape(shape)}.`, {
    hint: "Fix the input size first.",
  });
}
