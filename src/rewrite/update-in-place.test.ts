import { describe, expect, test } from "vitest";
import { drawFeeds } from "../../test/fixtures/blocked.ts";
import { runInOnnxruntime } from "../../test/reference/onnxruntime.ts";
import { type GraphBuilder, graphBuilder, type Value } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import { printGraph } from "../onnx/print.ts";
import { withoutIdentities } from "./simplify.ts";
import { updatesInPlace } from "./update-in-place.ts";

type Inputs = (name: string, ...shape: readonly number[]) => Value;

/** A graph of outputs by name, of which "next:W" is the new value of the input "W". */
function drawn(build: (g: GraphBuilder, x: Inputs) => Readonly<Record<string, Value>>) {
  const g = graphBuilder();
  const outputs = build(g, (name, ...shape) => g.input(name, "float32", shape));
  const graph = withoutIdentities(g.build(Object.entries(outputs).map(([name, value]) => g.named(name, value))));
  const updates = Object.keys(outputs).filter((name) => name.startsWith("next:"));
  return { graph, updates: Object.fromEntries(updates.map((name) => [name, name.slice("next:".length)])) };
}

const inPlace = (build: Parameters<typeof drawn>[0]): readonly string[] => {
  const { graph, updates } = drawn(build);
  return updatesInPlace(graph, updates, { from: 0 }).inPlace;
};

/** W − rate · dW */
const moved = (g: GraphBuilder, W: Value, dW: Value, rate: Value): Value => g.Sub(W, g.Mul(dW, rate));

/** One layer, H = X·W with dH, in a step that also gives the gradient of what stands before it. */
const layer = () =>
  drawn((g, x) => {
    const [X, W, dH, rate] = [x("X", 4, 3), x("W", 3, 2), x("dH", 4, 2), x("rate")];
    const dX = g.MatMul(dH, g.Transpose(W, { perm: [1, 0] }));
    return {
      dbefore: g.ReduceSum(dX, g.ints([0]), { keepdims: 0 }),
      "next:W": moved(g, W, g.MatMul(g.Transpose(X, { perm: [1, 0] }), dH), rate),
    };
  });

async function expectSame(a: Graph, b: Graph) {
  const feeds = drawFeeds(a);
  expect(await runInOnnxruntime(a, feeds)).toEqual(await runInOnnxruntime(b, feeds));
}

describe("in place are", () => {
  test("moments, as they are made, and the weights that only they are read for", () => {
    const { graph, updates } = drawn((g, x) => {
      const [W, m, v, dW, rate] = [x("W", 3), x("m", 3), x("v", 3), x("dW", 3), x("rate")];
      const next = g.Add(g.Mul(m, g.float(0.9)), dW);
      const square = g.Add(g.Mul(v, g.float(0.99)), g.Mul(dW, dW));
      return { "next:W": moved(g, W, g.Div(next, g.Sqrt(square)), rate), "next:m": next, "next:v": square };
    });
    const ordered = updatesInPlace(graph, updates, { from: 0 });
    expect(ordered.inPlace).toEqual(["W", "m", "v"]);
    expect(ordered.graph).toBe(graph);
  });

  test("weights that are also read for the gradient before them: their rate waits for a sum that follows from it", async () => {
    const { graph, updates } = layer();
    const ordered = updatesInPlace(graph, updates, { from: 0 });
    expect(ordered.inPlace).toEqual(["W"]);
    expect(printGraph(ordered.graph)).toMatchInlineSnapshot(`
      "input %X float32[4,3]
      input %W float32[3,2]
      input %dH float32[4,2]
      input %rate float32[]
      %Transpose_1[2,3] = Transpose(%W) {perm=[1,0]}
      %MatMul_1[4,3] = MatMul(%dH, %Transpose_1)
      %dbefore[3] = ReduceSum(%MatMul_1, [0]) {keepdims=0}
      %Transpose_2[3,4] = Transpose(%X) {perm=[1,0]}
      %MatMul_2[3,2] = MatMul(%Transpose_2, %dH)
      %wait.0.sum[] = ReduceSum(%dbefore) {keepdims=0}
      %wait.0.choice:bool[] = IsNaN(%wait.0.sum)
      %wait.0.scalar[] = Where(%wait.0.choice, %rate, %rate)
      %Mul_1[3,2] = Mul(%MatMul_2, %wait.0.scalar)
      %next:W[3,2] = Sub(%W, %Mul_1)
      output %dbefore
      output %next:W"
    `);
    await expectSame(ordered.graph, graph);
  });

  test("sums to which a product is added: an engine may make a Gemm of both, which copies the sum first", () => {
    const names = inPlace((g, x) => ({ "next:sum": g.Add(g.MatMul(x("A", 2, 3), x("B", 3, 4)), x("sum", 2, 4)) }));
    expect(names).toEqual(["sum"]);
  });

  test("moments that a Gemm reads as C", async () => {
    const { graph, updates } = drawn((g, x) => {
      const [v, X, dY] = [x("v", 3, 2), x("X", 4, 3), x("dY", 4, 2)];
      return { "next:v": g.Gemm(X, dY, v, { transA: 1, beta: 0.9 }) };
    });
    expect(updatesInPlace(graph, updates, { from: 0 })).toEqual({ graph, inPlace: ["v"] });
  });

  test("what is only asked for its shape, or written without being read", () => {
    const names = inPlace((g, x) => {
      const [sum, other] = [x("sum", 2, 3), x("other", 2, 3)];
      return { "next:sum": g.Mul(other, g.float(2)), shape: g.Shape(sum) };
    });
    expect(names).toEqual(["sum"]);
  });
});

describe("not in place is what", () => {
  test("is itself given out, or in another shape", () => {
    const given = (read: (g: GraphBuilder, W: Value) => Value) =>
      inPlace((g, x) => {
        const W = x("W", 2, 3);
        return { "next:W": g.Sub(W, x("dW", 2, 3)), read: read(g, W) };
      });
    expect(given((g, W) => g.Identity(W))).toEqual([]);
    expect(given((g, W) => g.Unsqueeze(g.Reshape(W, g.ints([6])), g.ints([0])))).toEqual([]);
    expect(given((g, W) => g.Neg(W))).toEqual([]);
  });

  test("nothing follows from that could be waited for, or that no scalar could wait for", () => {
    expect(inPlace((g, x) => ({ "next:W": g.Sub(x("W", 2), x("dW", 2)), read: g.Neg(g.value("W")) }))).toEqual([]);
    const noSum = inPlace((g, x) => {
      const W = x("W", 2);
      return { "next:W": moved(g, W, x("dW", 2), x("rate")), read: g.Neg(W) };
    });
    expect(noSum).toEqual([]);
  });

  test.each<[string, (g: GraphBuilder, W: Value, dW: Value) => Value]>([
    ["turned round", (g, W, dW) => g.Sub(g.Mul(W, dW), g.Transpose(W, { perm: [1, 0] }))],
    ["turned round, in a sum of it alone", (g, W, dW) => g.Add(g.Mul(g.Transpose(W, { perm: [1, 0] }), dW), W)],
    ["a slice of it", (g, W, dW) => g.Mul(dW, g.Slice(W, g.ints([0]), g.ints([1]), g.ints([0])))],
    ["a product, with which the sum becomes one node", (g, W, dW) => g.Add(g.MatMul(W, dW), W)],
    ["a product that is scaled", (g, W, dW) => g.Mul(g.MatMul(g.Mul(W, g.float(2)), dW), g.float(0.5))],
    ["a product that is cut off at 0", (g, W, dW) => g.Relu(g.MatMul(W, dW))],
    ["a copy of a product", (g, W, dW) => g.Reshape(g.MatMul(W, dW), g.ints([2, 2]))],
    ["means over it", (g, W, dW) => g.Sub(g.Mul(W, dW), g.ReduceMean(W, g.ints([0])))],
    ["a Gemm, as A", (g, W, dW) => g.Gemm(W, dW, dW)],
    ["a Gemm, as B and C", (g, W, dW) => g.Gemm(dW, W, W)],
    ["a Gemm, as C and turned round as A", (g, W, dW) => g.Gemm(g.Transpose(W, { perm: [1, 0] }), dW, W)],
    ["a Gemm with an activation", (g, W, dW) => g.Relu(g.Gemm(dW, dW, W))],
    ["a larger of three", (g, W, dW) => g.Max(dW, g.float(0), W)],
  ])("its update reads as %s", (_, next) => {
    expect(inPlace((g, x) => ({ "next:W": next(g, x("W", 2, 2), x("dW", 2, 2)) }))).toEqual([]);
  });

  test("is passed on by a node that an engine leaves out, or whose factor it carries into a product", () => {
    const passed = (op: "Mul" | "Add", number: number) =>
      inPlace((g, x) => {
        const changed = g[op](x("W", 2, 2), g.float(number));
        return { read: g.MatMul(x("X", 2, 2), changed), "next:W": g.Add(g.Mul(changed, x("dW", 2, 2)), g.float(1)) };
      });
    expect([passed("Mul", 1), passed("Mul", 2), passed("Add", 0)]).toEqual([[], [], []]);
    expect(passed("Add", 2)).toEqual(["W"]);
  });

  test("is read for the new value of another, which is read for its own", async () => {
    const { graph, updates } = drawn((g, x) => {
      const [A, B, rate] = [x("A", 2), x("B", 2), x("rate")];
      const [a, b] = [moved(g, A, x("dA", 2), rate), moved(g, B, x("dB", 2), rate)];
      const sum = (value: Value) => g.ReduceSum(value, undefined, { keepdims: 0 });
      return { "next:A": a, "next:B": b, readA: sum(g.Mul(A, b)), readB: sum(g.Mul(B, a)) };
    });
    expect(updatesInPlace(graph, updates, { from: 0 })).toEqual({ graph, inPlace: [] });
  });
});

test("two updates by one scaled gradient share a wait", async () => {
  const { graph, updates } = drawn((g, x) => {
    const [A, B] = [x("A", 2), x("B", 2)];
    const step = g.Mul(x("dA", 2), x("rate"));
    const read = g.ReduceSum(g.Mul(A, B), undefined, { keepdims: 0 });
    return { read, "next:A": g.Sub(A, step), "next:B": g.Sub(B, step) };
  });
  const ordered = updatesInPlace(graph, updates, { from: 0 });
  expect(ordered.inPlace).toEqual(["A", "B"]);
  expect(ordered.graph.nodes.filter(({ op }) => op === "Where").length).toBe(1);
  await expectSame(ordered.graph, graph);
});

test("a step that waits can be ordered again: its waits get names of their own", async () => {
  const { graph, updates } = layer();
  const once = updatesInPlace(graph, updates, { from: 0 });
  expect(updatesInPlace(once.graph, updates, { from: 0 })).toEqual({ graph: once.graph, inPlace: ["W"] });
  const renamed = { ...graph, nodes: graph.nodes.map((node) => ({ ...node, name: `wait.${node.name}` })) };
  const { graph: waiting } = updatesInPlace(renamed, updates, { from: 0 });
  expect(waiting.nodes.map(({ name }) => name).filter((name) => name.startsWith("wait2."))).toHaveLength(3);
});

test("a weight that its update reads in another shape is in place: each number stays where it is", () => {
  const next = (g: GraphBuilder, W: Value, dW: Value) => g.Sub(g.Mul(W, dW), g.Reshape(W, g.ints([2, 2])));
  expect(inPlace((g, x) => ({ "next:W": next(g, x("W", 2, 2), x("dW", 2, 2)) }))).toEqual(["W"]);
});

test("small tensors keep two buffers: looking for a safe order would cost more", () => {
  const g = graphBuilder();
  const grown = (name: string, extent: number) => {
    const tensor = g.input(name, "float32", [extent]);
    return g.named(`next:${name}`, g.Add(tensor, tensor));
  };
  const graph = withoutIdentities(g.build([grown("small", 100), grown("large", 100_000)]));
  const updates = { "next:small": "small", "next:large": "large" };
  expect(updatesInPlace(graph, updates).inPlace).toEqual(["large"]);
});
