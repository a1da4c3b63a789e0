import { describe, expect, test } from "vitest";
import { apart, drawFeeds } from "../../test/fixtures/blocked.ts";
import { evaluate } from "../../test/reference/evaluate.ts";
import { runInOnnxruntime } from "../../test/reference/onnxruntime.ts";
import { backward } from "../autodiff/backward.ts";
import { random } from "../base/random.ts";
import { type StaticShape, sizeOf } from "../base/shape.ts";
import { floats } from "../base/tensor.ts";
import { extend, type GraphBuilder, graphBuilder, type Value } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import type { AttributeOptions } from "../onnx/ops.ts";
import { foldBatchNorms } from "./fold-batch-norm.ts";

/** A weight drawn by its name, from `low` to `high`. */
function weight(g: GraphBuilder, name: string, shape: StaticShape, [low, high] = [-1, 1]): Value {
  const own = random(3).fork(name);
  return g.initializer(
    name,
    floats(
      Array.from({ length: sizeOf(shape) }, () => own.uniform(low ?? -1, high ?? 1)),
      shape,
    ),
  );
}

/** BatchNormalization of `channels` with weights of its own, named after `name`. */
function normalized(g: GraphBuilder, X: Value, name: string, attributes: AttributeOptions<"BatchNormalization"> = {}) {
  const shape = [Number(X.shape?.[1])];
  const [scale, bias, mean] = ["scale", "bias", "mean"].map((part) => weight(g, `${name}.${part}`, shape)) as [
    Value,
    Value,
    Value,
  ];
  return g.BatchNormalization(X, scale, bias, mean, weight(g, `${name}.variance`, shape, [0.3, 2]), attributes);
}

const picture = (g: GraphBuilder, channels: number): Value => g.input("X", "float32", [2, channels, 5, 4]);

function graphOf(build: (g: GraphBuilder) => readonly Value[]): Graph {
  const g = graphBuilder({ name: "layers" });
  return g.build(build(g).map((value, at) => g.named(`Y${at}`, value)));
}

/** The graph's outputs, and the gradients of their weighted sum by every weight that is trained. */
function differentiated(graph: Graph, weights: readonly string[]): Graph {
  const g = extend(graph, { prefix: "step." });
  const outputs = graph.outputs.map(({ name }) => g.value(name));
  const loss = outputs
    .map((Y) => g.ReduceSum(g.Mul(Y, weight(g, `of ${Y.name}`, Y.shape as StaticShape)), undefined, { keepdims: 0 }))
    .reduce((sum, next) => g.Add(sum, next));
  const gradients = backward(g, { nodes: g.nodes(), output: loss, wrt: weights });
  return g.build([...outputs, ...[...gradients].map(([name, gradient]) => g.named(`d${name}`, gradient))]);
}

const opsOf = ({ nodes }: Graph): readonly string[] => nodes.map(({ op }) => op);

const isTrained = (name: string): boolean => !/mean$|variance$/.test(name);

describe.each<[string, (g: GraphBuilder) => readonly Value[]]>([
  [
    "a convolution without a bias",
    (g) => [normalized(g, g.Conv(picture(g, 3), weight(g, "W", [4, 3, 3, 3]), { pads: [1, 1, 1, 1] }), "bn")],
  ],
  [
    "a convolution with a bias",
    (g) => [normalized(g, g.Conv(picture(g, 3), weight(g, "W", [4, 3, 2, 3]), weight(g, "B", [4])), "bn")],
  ],
  [
    "a coarse epsilon",
    (g) => [normalized(g, g.Conv(picture(g, 3), weight(g, "W", [4, 3, 1, 1])), "bn", { epsilon: 0.5 })],
  ],
  [
    "a depthwise convolution, strided",
    (g) => [normalized(g, g.Conv(picture(g, 3), weight(g, "W", [3, 1, 3, 3]), { group: 3, strides: [2, 1] }), "bn")],
  ],
  [
    "2 groups, with a bias",
    (g) => [
      normalized(g, g.Conv(picture(g, 4), weight(g, "W", [6, 2, 3, 3]), weight(g, "B", [6]), { group: 2 }), "bn"),
    ],
  ],
  [
    "a signal of one axis",
    (g) => [normalized(g, g.Conv(g.input("X", "float32", [2, 3, 7]), weight(g, "W", [4, 3, 3])), "bn")],
  ],
  [
    "two layers and a residual",
    (g) => {
      const X = picture(g, 4);
      const pads = [1, 1, 1, 1];
      const first = g.Relu(normalized(g, g.Conv(X, weight(g, "W1", [4, 4, 3, 3]), { pads }), "bn1"));
      return [g.Add(normalized(g, g.Conv(first, weight(g, "W2", [4, 4, 3, 3]), { pads }), "bn2"), X)];
    },
  ],
  [
    "one kernel that two layers read",
    (g) => {
      const W = weight(g, "W", [4, 3, 3, 3]);
      const X = picture(g, 3);
      return [normalized(g, g.Conv(X, W), "bn1"), normalized(g, g.Conv(g.Neg(X), W), "bn2")];
    },
  ],
])("%s", (_, build) => {
  const graph = graphOf(build);
  const folded = foldBatchNorms(graph);
  const weights = [...graph.initializers.keys()].filter(isTrained);
  const feeds = drawFeeds(graph);

  test("loses its BatchNormalization and keeps every weight under its name", () => {
    expect(opsOf(graph)).toContain("BatchNormalization");
    expect(opsOf(folded)).not.toContain("BatchNormalization");
    for (const name of weights) expect(folded.initializers.get(name), name).toBe(graph.initializers.get(name));
    expect(folded.outputs).toEqual(graph.outputs);
  });

  test("computes the same, and has the same gradients of kernel, scale and biases", async () => {
    const [before, after] = [differentiated(graph, weights), differentiated(folded, weights)];
    expect(before.outputs.length).toBe(graph.outputs.length + weights.length);
    const exact = evaluate(before, feeds);
    const [mine, engine] = [evaluate(after, feeds), await runInOnnxruntime(after, feeds)];
    for (const [name, value] of Object.entries(exact)) {
      // The factor of each channel is kept in float32.
      expect(apart(mine[name], value), name).toBeLessThan(1e-6);
      expect(apart(engine[name] && { ...engine[name], dtype: "float64" }, value), `${name} in the engine`).toBeLessThan(
        1e-5,
      );
    }
  });
});

describe.each<[string, (g: GraphBuilder) => readonly Value[]]>([
  [
    "behind a convolution that is read twice",
    (g) => {
      const made = g.Conv(picture(g, 3), weight(g, "W", [4, 3, 3, 3]));
      return [normalized(g, made, "bn"), g.Relu(made)];
    },
  ],
  [
    "behind a convolution that is given out",
    (g) => {
      const made = g.named("maps", g.Conv(picture(g, 3), weight(g, "W", [4, 3, 3, 3])));
      return [normalized(g, made, "bn"), made];
    },
  ],
  ["behind no convolution", (g) => [normalized(g, g.Relu(picture(g, 3)), "bn")]],
  ["on the graph's input", (g) => [normalized(g, picture(g, 3), "bn")]],
  [
    "in training mode",
    (g) => {
      const made = g.Conv(picture(g, 3), weight(g, "W", [4, 3, 3, 3]));
      const vectors = ["scale", "bias", "mean", "variance"].map((name) => weight(g, name, [4], [0.3, 2]));
      return g.outputs("BatchNormalization", [made, ...vectors], { training_mode: 1 }, 3);
    },
  ],
  [
    "whose mean is fed",
    (g) => {
      const made = g.Conv(picture(g, 3), weight(g, "W", [4, 3, 3, 3]));
      const [scale, bias, variance] = ["scale", "bias", "variance"].map((name) => weight(g, name, [4], [0.3, 2]));
      if (!scale || !bias || !variance) throw new Error("three weights were expected");
      return [g.BatchNormalization(made, scale, bias, g.input("mean", "float32", [4]), variance)];
    },
  ],
  [
    "whose variance is computed",
    (g) => {
      const made = g.Conv(picture(g, 3), weight(g, "W", [4, 3, 3, 3]));
      const [scale, bias, mean] = ["scale", "bias", "mean"].map((name) => weight(g, name, [4]));
      if (!scale || !bias || !mean) throw new Error("three weights were expected");
      return [g.BatchNormalization(made, scale, bias, mean, g.Exp(weight(g, "log", [4])))];
    },
  ],
])("a BatchNormalization %s", (_, build) => {
  test("stays", () => {
    const graph = graphOf(build);
    expect(foldBatchNorms(graph)).toBe(graph);
  });
});

test("a layer whose statistics change is kept; others beside it are folded", () => {
  const graph = graphOf((g) => {
    const first = normalized(g, g.Conv(picture(g, 3), weight(g, "W1", [4, 3, 3, 3])), "bn1");
    return [normalized(g, g.Conv(first, weight(g, "W2", [2, 4, 1, 1])), "bn2")];
  });
  const folded = foldBatchNorms(graph, { keep: ["bn1.mean", "bn1.variance"] });
  const left = folded.nodes.filter(({ op }) => op === "BatchNormalization");
  expect(left).toEqual([graph.nodes[1]]);
  const feeds = drawFeeds(graph);
  expect(apart(evaluate(folded, feeds).Y0, evaluate(graph, feeds).Y0 ?? floats([]))).toBeLessThan(1e-6);
});

test("a kernel of unknown rank is not folded into: its channels cannot be told from its pixels", () => {
  const { nodes, ...graph } = graphOf((g) => [
    normalized(g, g.Conv(picture(g, 3), g.Identity(weight(g, "W", [4, 3, 3, 3]))), "bn"),
  ]);
  const opaque = nodes.map((node) =>
    node.op === "Identity" && node.inputs[0] === "W" ? { ...node, domain: "else" } : node,
  );
  const unknown = { ...graph, nodes: opaque };
  expect(foldBatchNorms(unknown)).toBe(unknown);
});
