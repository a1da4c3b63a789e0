import { describe, expect, test } from "vitest";
import { backward } from "../src/autodiff/backward.ts";
import { random } from "../src/base/random.ts";
import { type Shape, sizeOf } from "../src/base/shape.ts";
import { floats, ints, type Tensor, tensor } from "../src/base/tensor.ts";
import { extend, type GraphBuilder, graphBuilder, type Value } from "../src/onnx/builder.ts";
import { dataTypeCodes } from "../src/onnx/data-types.ts";
import type { Graph } from "../src/onnx/graph.ts";
import { simplify } from "../src/rewrite/simplify.ts";
import { distance, gradientError } from "./reference/central-differences.ts";
import { evaluate } from "./reference/evaluate.ts";
import { runInOnnxruntime } from "./reference/onnxruntime.ts";

/** A line of PyTorch or Keras as an exporter writes it down. */
interface Snippet {
  readonly input: Shape;
  readonly build: (g: GraphBuilder, x: Value) => Value;
  /** What is left of it once constants are folded. */
  readonly left: readonly string[];
}

const whole = (g: GraphBuilder, value: number) => g.Constant({ value: ints([value], []) });
const list = (g: GraphBuilder, ...values: readonly number[]) => g.Constant({ value: ints(values) });

/** x.size(axis) as torch.onnx has written it since opset 7: a scalar. */
const size = (g: GraphBuilder, x: Value, axis: number) => g.Gather(g.Shape(x), whole(g, axis));
/** Scalars and numbers as the target of a view. */
const sizes = (g: GraphBuilder, ...extents: readonly (Value | number)[]) => {
  const axes = list(g, 0);
  const parts = extents.map((extent) => (typeof extent === "number" ? list(g, extent) : g.Unsqueeze(extent, axes)));
  return g.Concat(...parts, { axis: 0 });
};
const half = (g: GraphBuilder, extent: Value) => g.Div(extent, whole(g, 2));

/** expand(sizes) with -1 for what stays, as torch.onnx writes it. */
function expanded(g: GraphBuilder, x: Value, target: Value): Value {
  const ones = g.ConstantOfShape(g.Shape(target), { value: ints([1]) });
  const kept = g.Equal(target, g.Mul(ones, whole(g, -1)));
  return g.Expand(x, g.Where(kept, ones, target));
}

const classToken = (g: GraphBuilder) => g.initializer("cls_token", floats([0.5, -1, 2], [1, 1, 3]));

/** [N, 4, 6, 3] → [N·2·3, 2, 2, 3] */
function windows(g: GraphBuilder, x: Value): Value {
  const [B, H, W, C] = [size(g, x, 0), size(g, x, 1), size(g, x, 2), size(g, x, 3)];
  const split = g.Reshape(x, sizes(g, B, half(g, H), 2, half(g, W), 2, C));
  const turned = g.Transpose(split, { perm: [0, 1, 3, 2, 4, 5] });
  return g.Reshape(turned, sizes(g, -1, 2, 2, C));
}

const snippets: Readonly<Record<string, Snippet>> = {
  "x.view(x.size(0), -1)": {
    input: ["N", 2, 3],
    build: (g, x) => g.Reshape(x, sizes(g, size(g, x, 0), -1)),
    left: ["Reshape"],
  },
  "x.view(x.size(0), -1), by torch.export": {
    input: ["N", 2, 3],
    build: (g, x) =>
      g.Reshape(x, g.Concat(g.Shape(x, { start: 0, end: 1 }), list(g, -1), { axis: 0 }), { allowzero: 1 }),
    left: ["Reshape"],
  },
  "x.flatten(1)": { input: ["N", 2, 3], build: (g, x) => g.Flatten(x), left: ["Flatten"] },
  "x.flatten(1), by shape arithmetic": {
    input: ["N", 2, 3],
    build: (g, x) => {
      const kept = g.Slice(g.Shape(x), list(g, 0), list(g, 1), list(g, 0));
      return g.Reshape(x, g.Concat(kept, list(g, -1), { axis: 0 }));
    },
    left: ["Reshape"],
  },
  "Flatten() of Keras, by tf2onnx": {
    input: ["N", 2, 3],
    build: (g, x) => {
      const shape = g.Cast(g.Shape(x), { to: dataTypeCodes.int32 });
      const batch = g.Squeeze(g.Slice(shape, list(g, 0), list(g, 1), list(g, 0)), list(g, 0));
      const rest = g.Constant({ value: tensor("int32", [1], Int32Array.of(6)) });
      const target = g.Concat(g.Unsqueeze(batch, list(g, 0)), rest, { axis: 0 });
      return g.Reshape(x, g.Cast(target, { to: dataTypeCodes.int64 }));
    },
    left: ["Reshape"],
  },
  "x.reshape(b, h, w // 2, 2, c)": {
    input: ["N", 2, 4, 3],
    build: (g, x) => g.Reshape(x, sizes(g, size(g, x, 0), size(g, x, 1), half(g, size(g, x, 2)), 2, size(g, x, 3))),
    left: ["Reshape"],
  },
  "window_partition of Swin": {
    input: ["N", 4, 6, 3],
    build: windows,
    left: ["Reshape", "Transpose", "Reshape"],
  },
  "window_reverse of Swin, the batch by a division of floats": {
    input: ["N", 4, 6, 3],
    build: (g, x) => {
      const parts = windows(g, x);
      const count = g.Cast(size(g, parts, 0), { to: dataTypeCodes.float32 });
      const B = g.Cast(g.Div(count, g.Constant({ value_float: 6 })), { to: dataTypeCodes.int64 });
      const grid = g.Reshape(parts, sizes(g, B, 2, 3, 2, 2, -1));
      const turned = g.Transpose(grid, { perm: [0, 1, 3, 2, 4, 5] });
      return g.Reshape(turned, sizes(g, B, 4, 6, -1));
    },
    left: ["Reshape", "Transpose", "Reshape", "Reshape", "Transpose", "Reshape"],
  },
  "torch.roll, by the shift of a window": {
    input: ["N", 4, 2],
    build: (g, x) => {
      const end = g.Slice(x, list(g, -1), list(g, Number.MAX_SAFE_INTEGER), list(g, 1));
      return g.Concat(end, g.Slice(x, list(g, 0), list(g, -1), list(g, 1)), { axis: 1 });
    },
    left: ["Slice", "Slice", "Concat"],
  },
  "adaptive_avg_pool2d(1) and squeeze": {
    input: ["N", 3, 4, 4],
    build: (g, x) => g.Squeeze(g.Squeeze(g.GlobalAveragePool(x), list(g, 3)), list(g, 2)),
    left: ["GlobalAveragePool", "Squeeze", "Squeeze"],
  },
  "adaptive_avg_pool2d(1), by torch.export": {
    input: ["N", 3, 4, 4],
    build: (g, x) => {
      const mean = g.ReduceMean(x, list(g, -1, -2), { keepdims: 1 });
      return g.Reshape(mean, g.Concat(g.Shape(x, { start: 0, end: 1 }), list(g, 3), { axis: 0 }));
    },
    left: ["ReduceMean", "Reshape"],
  },
  "adaptive_avg_pool2d((2, 1))": {
    input: ["N", 3, 4, 4],
    build: (g, x) => g.AveragePool(x, { kernel_shape: [2, 4], strides: [2, 4] }),
    left: ["AveragePool"],
  },
  "cls_token.expand(b, -1, -1)": {
    input: ["N", 2, 3],
    build: (g, x) => g.Concat(expanded(g, classToken(g), sizes(g, size(g, x, 0), -1, -1)), x, { axis: 1 }),
    left: ["Shape", "Gather", "Unsqueeze", "Concat", "Where", "Expand", "Concat"],
  },
  "cls_token.expand(b, -1, -1), by torch.export": {
    input: ["N", 2, 3],
    build: (g, x) => {
      const target = g.Concat(g.Shape(x, { start: 0, end: 1 }), list(g, 1, 3), { axis: 0 });
      return g.Concat(g.Expand(classToken(g), target), x, { axis: 1 });
    },
    left: ["Shape", "Concat", "Expand", "Concat"],
  },
  "cls_token.repeat(b, 1, 1)": {
    input: ["N", 2, 3],
    build: (g, x) => g.Concat(g.Tile(classToken(g), sizes(g, size(g, x, 0), 1, 1)), x, { axis: 1 }),
    left: ["Shape", "Gather", "Unsqueeze", "Concat", "Tile", "Concat"],
  },
  "x.expand_as(y) of one channel": {
    input: ["N", 3, 2, 2],
    build: (g, x) => g.Mul(x, g.Expand(g.ReduceMean(x, list(g, 1)), g.Shape(x))),
    left: ["ReduceMean", "Shape", "Expand", "Mul"],
  },
  "F.interpolate(scale_factor=2)": {
    input: ["N", 2, 2, 3],
    build: (g, x) =>
      g.Resize(x, g.Constant({ value: floats([]) }), g.Constant({ value_floats: [1, 1, 2, 2] }), undefined, nearest),
    left: ["Resize"],
  },
  "F.interpolate(size), by shape arithmetic": {
    input: ["N", 2, 2, 3],
    build: (g, x) => {
      const [H, W] = [size(g, x, 2), size(g, x, 3)];
      const target = sizes(g, g.Mul(H, whole(g, 2)), g.Mul(W, whole(g, 2)));
      const kept = g.Slice(g.Shape(x), list(g, 0), list(g, 2), list(g, 0));
      const linear = { mode: "linear", coordinate_transformation_mode: "pytorch_half_pixel" } as const;
      return g.Resize(x, undefined, undefined, g.Concat(kept, target, { axis: 0 }), linear);
    },
    left: ["Shape", "Slice", "Concat", "Resize"],
  },
  "F.interpolate(scale_factor=1.5), by floats": {
    input: ["N", 2, 2, 3],
    build: (g, x) => {
      const scaled = (extent: Value) => {
        const product = g.Mul(g.Cast(extent, { to: dataTypeCodes.float32 }), g.Constant({ value_float: 1.5 }));
        return g.Cast(g.Floor(product), { to: dataTypeCodes.int64 });
      };
      const target = sizes(g, scaled(size(g, x, 2)), scaled(size(g, x, 3)));
      const kept = g.Slice(g.Shape(x), list(g, 0), list(g, 2), list(g, 0));
      return g.Resize(x, undefined, undefined, g.Concat(kept, target, { axis: 0 }), nearest);
    },
    left: ["Shape", "Slice", "Concat", "Resize"],
  },
  "F.interpolate, the scales put together": {
    input: ["N", 2, 2, 3],
    build: (g, x) => {
      const twice = g.Cast(list(g, 2, 2), { to: dataTypeCodes.float32 });
      return g.Resize(
        x,
        undefined,
        g.Concat(g.Constant({ value_floats: [1, 1] }), twice, { axis: 0 }),
        undefined,
        nearest,
      );
    },
    left: ["Resize"],
  },
  "channel_shuffle(groups=2)": {
    input: ["N", 4, 2, 3],
    build: (g, x) => {
      const [B, C, H, W] = [size(g, x, 0), size(g, x, 1), size(g, x, 2), size(g, x, 3)];
      const groups = g.Reshape(x, sizes(g, B, 2, half(g, C), H, W));
      return g.Reshape(g.Transpose(groups, { perm: [0, 2, 1, 3, 4] }), sizes(g, B, -1, H, W));
    },
    left: ["Reshape", "Transpose", "Reshape"],
  },
  "x.chunk(2, dim=1), by slices": {
    input: ["N", 4, 2],
    build: (g, x) => {
      const step = g.Div(g.Add(size(g, x, 1), whole(g, 1)), whole(g, 2));
      const cut = (from: number) => {
        const bound = (at: number) => g.Unsqueeze(g.Mul(step, whole(g, at)), list(g, 0));
        return g.Slice(x, bound(from), bound(from + 1), list(g, 1));
      };
      return g.Mul(cut(0), g.Sigmoid(cut(1)));
    },
    left: ["Slice", "Slice", "Sigmoid", "Mul"],
  },
  "pixel_shuffle(2)": {
    input: ["N", 8, 2, 3],
    build: (g, x) => g.DepthToSpace(x, { blocksize: 2, mode: "CRD" }),
    left: ["DepthToSpace"],
  },
  "pixel_shuffle(2), by views": {
    input: ["N", 8, 2, 3],
    build: (g, x) => {
      const split = g.Reshape(x, list(g, -1, 2, 2, 2, 2, 3));
      return g.Reshape(g.Transpose(split, { perm: [0, 1, 4, 2, 5, 3] }), list(g, -1, 2, 4, 6));
    },
    left: ["Reshape", "Transpose", "Reshape"],
  },
  "position embeddings by torch.arange": {
    input: ["N", 2, 3],
    build: (g, x) => {
      const table = g.initializer(
        "position",
        floats(
          Array.from({ length: 12 }, (_, at) => at / 4),
          [4, 3],
        ),
      );
      const places = g.Range(whole(g, 0), size(g, x, 1), whole(g, 1));
      return g.Add(x, g.Gather(table, places));
    },
    left: ["Gather", "Add"],
  },
  "position embeddings by the arange of opset 9": {
    input: ["N", 2, 3],
    build: (g, x) => {
      const table = g.initializer(
        "position",
        floats(
          Array.from({ length: 12 }, (_, at) => at / 4),
          [4, 3],
        ),
      );
      const ones = g.ConstantOfShape(g.Unsqueeze(size(g, x, 1), list(g, 0)), { value: ints([1]) });
      const places = g.Squeeze(g.Transpose(g.NonZero(ones)), list(g, 1));
      return g.Add(x, g.Gather(table, places));
    },
    left: ["Gather", "Add"],
  },
  "a view by the number of elements": {
    input: ["N", 2, 3],
    build: (g, x) => g.Reshape(x, sizes(g, g.Div(g.Size(x), whole(g, 6)), 6)),
    left: ["Reshape"],
  },
};

const nearest = { coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" } as const;

describe.each(Object.entries(snippets))("%s", (name, { input, build, left }) => {
  const whole = written(input, build);
  const graph = simplify(whole);

  test("folds to what depends on the picture", () => {
    expect(graph.nodes.map(({ op }) => op)).toEqual(left);
  });

  test.each([1, 3])("has its gradient for a batch of %d", async (batch) => {
    const numbers = random(3).fork(name, String(batch));
    const drawn = (shape: readonly number[]) =>
      floats(
        Array.from({ length: sizeOf(shape) }, () => numbers.uniform(-1, 1)),
        shape,
      );
    const x = drawn(input.map((extent) => (typeof extent === "number" ? extent : batch)));
    const y = evaluate(whole, { x }).y?.shape ?? expect.fail("no output");
    const feeds = { x, dY: drawn(y) };
    const gradients = differentiated(graph);
    const [exact, engine] = [evaluate(gradients, feeds).dX, (await runInOnnxruntime(gradients, feeds)).dX];
    const loss = (fed: Readonly<Record<string, Tensor>>) => dot(evaluate(whole, fed).y, feeds.dY);
    if (!exact || !engine) throw new Error("no gradient");
    expect(gradientError({ loss, feeds, name: "x" }, exact, numbers)).toBeLessThan(2e-7);
    expect(engine.shape).toEqual(x.shape);
    expect(distance(engine.data, exact.data)).toBeLessThan(5e-6);
  });
});

function written(input: Shape, build: Snippet["build"]): Graph {
  const g = graphBuilder();
  return g.build([g.named("y", build(g, g.input("x", "float32", input)))]);
}

/** x and dY to dX. */
function differentiated(graph: Graph): Graph {
  const g = extend(graph, { prefix: "gradient." });
  const y = g.value("y");
  const seed = g.input("dY", "float32", y.shape);
  const gradients = backward(g, { nodes: graph.nodes, output: y, wrt: ["x"], seed });
  return g.build([...gradients.values()].map((gradient) => g.named("dX", gradient)));
}

const dot = (a: Tensor | undefined, b: Tensor): number =>
  Array.from(a?.data ?? [], Number).reduce((sum, value, at) => sum + value * Number(b.data[at]), 0);
