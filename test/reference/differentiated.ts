import { backward } from "../../src/autodiff/backward.ts";
import {
  type CaseBuilder,
  extents,
  type GradientCase,
  type Sampler,
  uniform,
} from "../../src/autodiff/gradient-cases/case.ts";
import { isFloat } from "../../src/base/dtype.ts";
import { type Random, random } from "../../src/base/random.ts";
import { type Shape, type StaticShape, sizeOf } from "../../src/base/shape.ts";
import { floats, ints, type Tensor, tensor } from "../../src/base/tensor.ts";
import { type GraphBuilder, graphBuilder, type Value } from "../../src/onnx/builder.ts";
import type { Graph } from "../../src/onnx/graph.ts";
import { scalarOf } from "./elements.ts";
import { evaluate } from "./evaluate.ts";

/** A case with its loss, Σ weight · output over all float outputs and fixed random weights, and its gradients. */
export interface Differentiated {
  /** Inputs to "loss". */
  readonly forward: Graph;
  /** Inputs to `gradientOf(name)` for each name of `wrt`. */
  readonly backward: Graph;
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly wrt: readonly string[];
  /** The forward graph in float64. */
  loss(feeds: Readonly<Record<string, Tensor>>): number;
}

export const gradientOf = (name: string): string => `gradient of ${name}`;

/** Builds a case and differentiates it. All random numbers depend on `seed` alone. */
export function differentiated(build: GradientCase, seed: string): Differentiated {
  const g = graphBuilder({ name: "case" });
  const drawn = new Inputs(g, random(1).fork(seed));
  const outputs = build(drawn.builder()).filter(({ dtype }) => isFloat(dtype));
  const loss = g.named("loss", weighted(drawn, outputs));
  const forward = snapshot(g, [loss]);
  const wrt = [...drawn.wrt];
  const gradients = backward(g, { nodes: forward.nodes, output: loss, wrt });
  const named = [...gradients].map(([name, gradient]) => g.named(gradientOf(name), gradient));
  return {
    forward,
    backward: snapshot(g, named),
    feeds: drawn.feeds,
    wrt,
    loss: (feeds) => {
      const { loss: value } = evaluate(forward, feeds);
      return value ? Number(scalarOf(value)) : Number.NaN;
    },
  };
}

/** Σ over the outputs of ReduceSum(Y · weight); the weights are inputs too, in the shape that Y has at run time. */
function weighted(drawn: Inputs, outputs: readonly Value[]): Value {
  const { g } = drawn;
  const values = evaluate(snapshot(g, outputs), drawn.feeds);
  return outputs
    .map((Y) => {
      const weight = drawn.input(`weight of ${Y.name}`, Y.shape, values[Y.name]?.shape ?? [], uniform(-1, 1));
      return g.ReduceSum(g.Mul(Y, weight), undefined, { keepdims: 0 });
    })
    .reduce((sum, next) => g.Add(sum, next));
}

/** The graph as it is now: what the builder adds later is not in it. */
const snapshot = (g: GraphBuilder, outputs: readonly Value[]): Graph => ({ ...g.build(outputs), nodes: g.nodes() });

/** Declares inputs and draws what they are fed. */
class Inputs {
  readonly feeds: Record<string, Tensor> = {};
  readonly wrt: string[] = [];
  readonly g: GraphBuilder;
  readonly #random: Random;

  constructor(g: GraphBuilder, numbers: Random) {
    this.g = g;
    this.#random = numbers;
  }

  input(name: string, shape: Shape | undefined, size: StaticShape, sampler: Sampler = uniform(-1.5, 1.5)): Value {
    this.feeds[name] = floats(sampler(this.#random.fork(name), sizeOf(size)), size);
    return this.g.input(name, "float32", shape);
  }

  builder(): CaseBuilder {
    return {
      g: this.g,
      x: (name, shape, sampler) => {
        this.wrt.push(name);
        return this.input(name, shape, sizesOf(shape), sampler);
      },
      fixed: (name, shape, sampler) => this.input(name, shape, sizesOf(shape), sampler),
      indices: (name, values, shape) => this.#whole(name, ints(values, shape)),
      mask: (name, values, shape = [values.length]) =>
        this.#whole(name, tensor("bool", shape, Uint8Array.from(values, Number))),
    };
  }

  #whole(name: string, value: Tensor): Value {
    this.feeds[name] = value;
    return this.g.input(name, value.dtype, value.shape);
  }
}

function sizesOf(shape: Shape): StaticShape {
  return shape.map((extent) => {
    const size = typeof extent === "number" ? extent : extents[extent];
    if (size === undefined) throw new Error(`the extent "${extent}" has no size`);
    return size;
  });
}
