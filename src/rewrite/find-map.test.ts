import { describe, expect, it } from "vitest";
import { goldenGraph } from "../../test/golden.ts";
import type { StaticShape } from "../base/shape.ts";
import { zeros } from "../base/tensor.ts";
import { type GraphBuilder, graphBuilder, type Value } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import { findMap } from "./find-map.ts";
import { fixInput } from "./input.ts";

const read = (file: string): Graph => fixInput(goldenGraph(file), { height: 32, width: 32 });

const weight = (g: GraphBuilder, ...shape: StaticShape): Value => g.initializer(`W${shape}`, zeros("float32", shape));

/** A network on pictures of 8 x 8. */
function network(body: (g: GraphBuilder, X: Value) => Value): Graph {
  const g = graphBuilder();
  return g.build([g.named("logits", body(g, g.input("picture", "float32", ["N", 3, 8, 8])))]);
}

describe("findMap", () => {
  it.each([
    ["vgg.onnx", "/features/features.6/Relu", "16 × 16 places, 16 channels"],
    ["resnet.onnx", "/body/body.2/Relu", "2 × 2 places, 32 channels"],
    ["mobilenet.onnx", "/features/features.3/features.3.2/Clip", "8 × 8 places, 32 channels"],
    ["efficientnet.onnx", "/features/features.3/features.3.2/Mul", "8 × 8 places, 32 channels"],
    ["densenet.onnx", "/Concat_1", "8 × 8 places, 20 channels"],
    ["convnext.onnx", "/b2/Add_1", "4 × 4 places, 16 channels"],
    ["vit.onnx", "/blocks/blocks.1/n1/LayerNormalization", "4 × 4 places, 16 channels"],
  ])("of %s is the last one in front of pooling", (file, node, size) => {
    const found = findMap(read(file));
    expect(found.node).toBe(node);
    expect(found.reason.endsWith(`: ${size}.`)).toBe(true);
  });

  it("of tokens leaves out the class token", () => {
    const { places, channelAxis } = findMap(read("vit.onnx"));
    expect(places).toEqual({ kind: "row", axes: [1], before: 1, height: 4, width: 4, merged: false });
    expect(channelAxis).toBe(2);
  });

  it("follows maps with channels last, and averages over two axes", () => {
    const graph = network((g, X) => {
      const map = g.Transpose(g.Conv(X, weight(g, 4, 3, 2, 2), { strides: [2, 2] }), { perm: [0, 2, 3, 1] });
      const last = g.LayerNormalization(map, weight(g, 4));
      return g.MatMul(g.ReduceMean(last, g.ints([1, 2]), { keepdims: 0 }), weight(g, 4, 2));
    });
    expect(findMap(graph)).toMatchObject({ node: "LayerNormalization_1", channelAxis: 3, channels: 4 });
  });

  it("follows shuffled channels and a gate of excitations", () => {
    const graph = network((g, X) => {
      const map = g.Conv(X, weight(g, 6, 3, 1, 1));
      const parts = g.Transpose(g.Reshape(map, g.ints([0, 2, 3, 8, 8])), { perm: [0, 2, 1, 3, 4] });
      const shuffled = g.Reshape(parts, g.ints([0, 6, 8, 8]));
      const gated = g.Mul(shuffled, g.Sigmoid(g.GlobalAveragePool(shuffled)));
      return g.MatMul(g.Flatten(g.GlobalAveragePool(gated)), weight(g, 6, 2));
    });
    expect(findMap(graph)).toMatchObject({ node: "Mul_1", places: { axes: [2, 3], height: 8, width: 8 } });
  });

  it("takes the map that all goes through where branches end in pooling of their own", () => {
    const graph = network((g, X) => {
      const trunk = g.Relu(g.Conv(X, weight(g, 4, 3, 1, 1)));
      const fine = g.Conv(trunk, weight(g, 4, 4, 1, 1));
      const coarse = g.MaxPool(trunk, { kernel_shape: [2, 2], strides: [2, 2] });
      const pooled = [fine, coarse].map((map) => g.Flatten(g.GlobalAveragePool(map)));
      return g.MatMul(g.Concat(...pooled, { axis: 1 }), weight(g, 8, 2));
    });
    expect(findMap(graph).node).toBe("Relu_1");
  });

  it("of tokens that go through layers as rows of one matrix, is what the last attention reads", () => {
    const graph = network((g, X) => {
      const patches = g.Reshape(g.Conv(X, weight(g, 4, 3, 2, 2), { strides: [2, 2] }), g.ints([0, 4, 16]));
      const classToken = g.Slice(g.Transpose(patches, { perm: [0, 2, 1] }), g.ints([0]), g.ints([1]), g.ints([1]));
      const blank = g.Mul(classToken, g.float(0));
      const tokens = g.Concat(blank, g.Transpose(patches, { perm: [0, 2, 1] }), { axis: 1 });
      const layer = (T: Value, name: string) => {
        const rows = g.Gemm(g.Reshape(T, g.ints([-1, 4])), g.initializer(name, zeros("float32", [4, 4])));
        return g.Reshape(rows, g.ints([-1, 17, 4]));
      };
      const state = g.LayerNormalization(tokens, weight(g, 4));
      const turned = g.Transpose(layer(state, "K"), { perm: [0, 2, 1] });
      const attention = g.MatMul(g.Softmax(g.MatMul(layer(state, "Q"), turned)), layer(state, "V"));
      const mixed = g.Add(tokens, attention);
      const end = g.Add(mixed, layer(g.Relu(mixed), "mlp"));
      return g.MatMul(g.Gather(end, g.constant(zeros("int64", [])), { axis: 1 }), weight(g, 4, 2));
    });
    expect(findMap(graph)).toMatchObject({ node: "LayerNormalization_1", places: { before: 1 } });
  });

  it("may be named by its node", () => {
    const graph = read("resnet.onnx");
    const found = findMap(graph, { at: "/body/body.1/Relu" });
    expect(found).toMatchObject({ node: "/body/body.1/Relu", places: { height: 4, width: 4 }, channels: 16 });
  });

  it.each([
    ["/body/body.1/Rleu", "no-such-node", /^Nearest names: "\/body\/body.1\/Relu"/],
    ["/fc/Gemm", "no-feature-map", /^The last nodes that do: "\/body\/body.2\/Relu"/],
  ])("refuses %s", (at, code, hint) => {
    const error = expect.objectContaining({ code, hint: expect.stringMatching(hint) });
    expect(() => findMap(read("resnet.onnx"), { at })).toThrow(error);
  });

  it("refuses tokens that nothing reads any more", () => {
    const at = "/norm/LayerNormalization";
    expect(() => findMap(read("vit.onnx"), { at })).toThrow(
      `"${at}" gives [N, 17, 16]: not a map of places that the classes depend on.`,
    );
  });

  it("says so where there is none", () => {
    const graph = network((g, X) => g.MatMul(g.Flatten(X), weight(g, 192, 2)));
    expect(() => findMap(graph)).toThrow(expect.objectContaining({ code: "no-feature-map" }));
  });
});
