import { describe, expect, test } from "vitest";
import { channelsLastStem, drawnWeights, stem } from "../../test/fixtures/exported.ts";
import { testHost } from "../../test/fixtures/host.ts";
import { tinyProcessor, writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { type TransferOptions, transfer } from "../../test/fixtures/transfer.ts";
import type { DType } from "../base/dtype.ts";
import { floats, ints, tensor } from "../base/tensor.ts";
import { type GraphBuilder, graphBuilder, type Value } from "../onnx/builder.ts";
import { dataTypeCodes } from "../onnx/data-types.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Graph, ValueInfo } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import { loadBase } from "./base-model.ts";
import { inspectModel } from "./inspect.ts";
import { openModel } from "./open-model.ts";
import { loadTrained } from "./trained-model.ts";

const host = testHost();
const size = 32;
const meanOf = (g: GraphBuilder, X: Value, ...axes: readonly number[]) =>
  g.ReduceMean(X, g.ints(axes), { keepdims: 0 });
const pooled = (g: GraphBuilder, X: Value) => g.Flatten(g.GlobalAveragePool(X));

/** A network from pictures of this shape to the outputs that `make` gives, by name. */
function network(
  make: (g: GraphBuilder, X: Value) => Readonly<Record<string, Value>>,
  {
    shape = ["N", 3, size, size],
    dtype = "float32",
  }: { readonly shape?: ValueInfo["shape"]; readonly dtype?: DType } = {},
): Graph {
  const g = graphBuilder({ name: "exported" });
  const outputs = make(g, g.input("image", dtype, shape));
  return g.build(Object.entries(outputs).map(([name, value]) => g.named(name, value)));
}

/** What a model does after training is what it does after saving and loading, to the last bit. */
async function agrees(graph: Graph | Uint8Array, options: TransferOptions = {}) {
  const done = await transfer(graph, host, options);
  const { losses, before, after, evaluated, saved } = done;
  expect(after.map(({ logits }) => [...logits])).toEqual(before.map(({ logits }) => [...logits]));
  expect(evaluated[1]).toBe(evaluated[0]);
  expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
  expect(saved.inputs).toEqual([{ name: "pixel_values", dtype: "float32", shape: ["N", 3, size, size] }]);
  expect(saved.outputs).toEqual([{ name: "logits", dtype: "float32", shape: ["N", 2] }]);
  return done;
}

/** The scores that a whole model gives three pictures, by the tasks. */
async function scoresOf(graph: Graph): Promise<readonly (readonly number[])[]> {
  await host.store.write("/whole/model.onnx", encodeModel(modelOf(graph)));
  await host.store.write("/whole/preprocessor_config.json", JSON.stringify(tinyProcessor));
  const model = await loadTrained("/whole", {}, host);
  const picture = (value: number) => ({
    ...{ width: size, height: size },
    data: Uint8Array.from({ length: 3 * size * size }, (_, at) => (at * value) % 256),
  });
  const predictions = await model.predict([picture(3), picture(7)], { top: 9 });
  await model.close();
  return predictions.map(({ top }) => top.toSorted((a, b) => a.label.localeCompare(b.label)).map(({ score }) => score));
}

/** A classifier of five with its weights drawn. */
const classifier = (g: GraphBuilder, features: Value, name = "fc") => {
  const weight = drawnWeights(g);
  return g.Add(g.MatMul(features, g.Transpose(weight(`${name}.kernel`, 5, 8))), weight(`${name}.bias`, 5));
};

describe("channels last, as TensorFlow has them", () => {
  const keras = (shape: ValueInfo["shape"], dtype: DType = "float32") =>
    network(
      (g, X) => {
        const values = dtype === "float32" ? X : g.Cast(X, { to: dataTypeCodes.float32 });
        return { dense: g.Softmax(classifier(g, meanOf(g, channelsLastStem(g, values), 1, 2))) };
      },
      { shape, dtype },
    );

  test("become channels first in the saved model, and the two turns cancel", async () => {
    const { base, saved } = await agrees(keras(["unk__123", size, size, 3]));
    expect(base.loaded.changes).toEqual([
      'The input "image", float32 [unk__123, 32, 32, 3], is now float32 [unk__123, 3, 32, 32]: the channels are put last inside of the graph.',
    ]);
    expect(base.head).toMatchObject({ kind: "MatMul", classes: 5, featureSize: 8 });
    // The one that is left turns the maps for the mean over axes 1 and 2.
    expect(saved.nodes.filter(({ op }) => op === "Transpose").length).toBe(1);
  });

  test("give the scores of the same network with channels first", async () => {
    const first = network((g, X) => ({ dense: g.Softmax(classifier(g, meanOf(g, stem(g, X), 2, 3))) }));
    const [last, expected] = [await scoresOf(keras(["N", size, size, 3])), await scoresOf(first)];
    for (const [at, scores] of last.entries()) expect(scores).toBeAllclose(expected[at] ?? [], { rtol: 1e-5 });
  });

  test("are found where the shape does not tell, by the Transpose before the first Conv", async () => {
    const { base } = await agrees(keras(["N", "height", "width", "channels"]));
    expect(base.graph.inputs[0]?.shape).toEqual(["N", 3, size, size]);
  });

  test("stay inside where the model prepares its pictures itself before the Transpose", async () => {
    const graph = network(
      (g, X) => {
        const scaled = g.Sub(g.Div(X, g.constant(floats([127.5], []))), g.constant(floats([1, 1, 1])));
        return { dense: classifier(g, meanOf(g, channelsLastStem(g, scaled), 1, 2)) };
      },
      { shape: ["N", size, size, 3] },
    );
    const processor = { ...tinyProcessor, do_rescale: false, do_normalize: false };
    const { base } = await agrees(graph, { processor });
    expect(base.preprocessing).toMatchObject({ layout: "NCHW", scale: 1, mean: [0, 0, 0], std: [1, 1, 1] });
  });

  test("of bytes are fed as numbers from 0 to 255, whatever the preprocessing says", async () => {
    const { base, saved } = await agrees(keras(["N", size, size, 3], "uint8"));
    expect(base.preprocessing).toMatchObject({ scale: 1, mean: [0, 0, 0], std: [1, 1, 1], layout: "NCHW" });
    expect(base.loaded.changes[0]).toContain("the values, which must be uint8's, are cast");
    expect(saved.nodes.slice(0, 3).map(({ op }) => op)).toEqual(["Transpose", "Cast", "Cast"]);
  });

  test("features without a classifier are averaged over the right axes", async () => {
    const graph = network((g, X) => ({ features: channelsLastStem(g, X) }), { shape: ["N", size, size, 3] });
    const { base } = await agrees(graph);
    expect(base.features).toMatchObject({ size: 8, reason: expect.stringContaining("averaged over height and width") });
  });
});

describe("a batch that the model was exported with", () => {
  const flat = (batch: number) => (g: GraphBuilder, X: Value) => {
    const maps = g.Reshape(stem(g, X), g.initializer("rows", ints([batch, 8 * 8 * 8])));
    return { y: g.MatMul(maps, drawnWeights(g)("fc.kernel", 512, 5)) };
  };

  test.each([1, 4])("%i is opened", async (batch) => {
    const { base } = await agrees(network(flat(batch), { shape: [batch, 3, size, size] }));
    expect(base.loaded.changes).toEqual([`The batch was fixed at ${batch}; now it is open.`]);
  });

  test.each([1, 4])("%i is refused where its rows mix, which shapes do not tell", async (batch) => {
    const mixed = network((g, X) => flat(batch)(g, g.Sub(X, g.ReduceMean(X, g.ints([0])))), {
      shape: [batch, 3, size, size],
    });
    await expect(transfer(mixed, host)).rejects.toMatchObject({
      code: "fixed-batch",
      message: expect.stringContaining("its rows mix"),
    });
  });
});

describe("inputs", () => {
  test("of one grey value are made of the colours", async () => {
    const grey = network((g, X) => ({ y: classifier(g, pooled(g, stem(g, g.Concat(X, X, X, { axis: 1 })))) }), {
      shape: ["N", 1, size, size],
    });
    const { base } = await agrees(grey);
    expect(base.loaded.changes[0]).toContain("the colours are made one grey value");
  });

  test("that switch to training are set to inference", async () => {
    const graph = network((g, X) => {
      const phase = g.input("phase_train", "bool", []);
      const features = g.Dropout(pooled(g, stem(g, X)), g.float(0.5), phase);
      return { y: classifier(g, g.Where(phase, g.Neg(features), features)) };
    });
    const { base } = await agrees(graph);
    expect(base.loaded.changes).toEqual(['The input "phase_train" is set to 0, as in inference.']);
  });

  test("besides the picture are named", async () => {
    const graph = network((g, X) => ({
      y: classifier(g, g.Add(pooled(g, stem(g, X)), g.input("age", "float32", ["N", 1]))),
    }));
    await expect(transfer(graph, host)).rejects.toMatchObject({
      code: "not-an-image-model",
      message: expect.stringContaining('"age" float32 [N, 1]'),
      hint: expect.stringContaining("pictures only"),
    });
  });
});

describe("tails", () => {
  const scores = (g: GraphBuilder, X: Value) => g.Softmax(classifier(g, pooled(g, stem(g, X))));

  test("that decide are cut off: a label besides its scores", async () => {
    const graph = network((g, X) => {
      const probabilities = scores(g, X);
      const label = g.Cast(g.ArgMax(probabilities, { axis: 1, keepdims: 0 }), { to: dataTypeCodes.int32 });
      return { label, probabilities };
    });
    const { base } = await agrees(graph);
    expect(base.head).toMatchObject({ classes: 5, softmax: true });
    expect(base.loaded.changes).toEqual([
      expect.stringContaining('The output "label" is a decision: ArgMax "ArgMax_1"'),
    ]);
  });

  test("that decide are cut off where nothing else is given out: class numbers of an ArgMax", async () => {
    const graph = network((g, X) => ({ label: g.ArgMax(classifier(g, pooled(g, stem(g, X))), { axis: -1 }) }));
    const { base } = await agrees(graph);
    expect(base.head).toMatchObject({ classes: 5, softmax: false });
  });

  test("of lists only, as Custom Vision exports them, leave the scores that they were made of", async () => {
    const graph = network((g, X) => {
      const zipMap = { name: "zip", op: "ZipMap", domain: "ai.onnx.ml", outputs: ["pairs"], attributes: {} };
      g.copy({ ...zipMap, inputs: [scores(g, X).name] });
      return {};
    });
    const { base, saved } = await agrees(graph);
    expect(base.head).toMatchObject({ classes: 5, softmax: true });
    expect(saved.nodes.map(({ op }) => op)).not.toContain("ZipMap");
  });

  test("a Softmax stays for prediction: the scores add up to one and are the model's own", async () => {
    const withTail = await scoresOf(network((g, X) => ({ p: scores(g, X) })));
    const without = await scoresOf(network((g, X) => ({ z: classifier(g, pooled(g, stem(g, X))) })));
    expect(withTail).toEqual(without);
    for (const row of withTail) expect(row.reduce((sum, score) => sum + score, 0)).toBeAllclose(1, { rtol: 1e-6 });
  });

  test.each([
    ["LogSoftmax", (g: GraphBuilder, z: Value) => g.LogSoftmax(z)],
    ["[N, C, 1, 1]", (g: GraphBuilder, z: Value) => g.Unsqueeze(z, g.ints([2, 3]))],
    ["[N, 1, C]", (g: GraphBuilder, z: Value) => g.Unsqueeze(z, g.ints([1]))],
    [
      "the Softmax of rows that old opsets had",
      (g: GraphBuilder, z: Value) => {
        const wide = g.Unsqueeze(z, g.ints([2, 3]));
        return g.Reshape(g.Softmax(g.Flatten(wide)), g.Shape(wide));
      },
    ],
  ])("%s gives the same scores as the logits", async (_, tail) => {
    const logits = (g: GraphBuilder, X: Value) => classifier(g, pooled(g, stem(g, X)));
    const plain = await scoresOf(network((g, X) => ({ z: logits(g, X) })));
    const tailed = await scoresOf(network((g, X) => ({ y: tail(g, logits(g, X)) })));
    for (const [at, row] of tailed.entries()) expect(row).toBeAllclose(plain[at] ?? [], { rtol: 1e-6 });
  });

  test("a Sigmoid means labels that stand side by side", async () => {
    const graph = network((g, X) => ({ y: g.Sigmoid(classifier(g, pooled(g, stem(g, X)))) }));
    await scoresOf(graph);
    const { loss, graph: opened } = await openModel("/whole", host);
    expect(loss.name).toBe("binaryCrossEntropy");
    expect(opened.nodes.map(({ op }) => op)).not.toContain("Sigmoid");
    const { base } = await agrees(graph);
    expect(base.head).toMatchObject({ classes: 5, softmax: false });
  });

  test("SqueezeNet's Conv, Relu, pooling and Softmax over [N, C, 1, 1]", async () => {
    const graph = network((g, X) => {
      const maps = g.Relu(g.Conv(stem(g, X), drawnWeights(g)("final.weight", 5, 8, 1, 1)));
      return { y: g.Softmax(g.GlobalAveragePool(maps), { axis: 1 }) };
    });
    const { base } = await agrees(graph);
    expect(base.head).toMatchObject({ kind: "Conv", classes: 5, featureSize: 8 });
  });
});

describe("several outputs", () => {
  test("of classifiers: the one that most of the network lies before stays", async () => {
    const graph = network((g, X) => {
      const early = g.Relu(g.Conv(X, drawnWeights(g)("early.weight", 8, 3, 3, 3), undefined, { strides: [4, 4] }));
      const auxiliary = classifier(g, pooled(g, early), "aux");
      return { aux: auxiliary, main: g.Softmax(classifier(g, g.Add(pooled(g, early), pooled(g, stem(g, X))))) };
    });
    const { base } = await agrees(graph);
    expect(base.head?.node.inputs[1]).not.toContain("aux");
    expect(base.loaded.changes).toEqual(['Of the outputs, "main" is kept, the classifier\'s scores; dropped: "aux".']);
    expect(base.loaded.model.graph.initializers.has("aux.bias")).toBe(false);
  });

  test("of features and logits: the logits stay", async () => {
    const graph = network((g, X) => {
      const features = pooled(g, stem(g, X));
      return { features, maps: g.Relu(X), scores: classifier(g, features) };
    });
    const { base } = await agrees(graph);
    expect(base.loaded.changes).toEqual([
      'Of the outputs, "scores" is kept, the classifier\'s scores; dropped: "features" and "maps".',
    ]);
  });
});

describe("models that give features only", () => {
  const normalised = (g: GraphBuilder, X: Value) => {
    const tokens = g.Transpose(g.Reshape(stem(g, X), g.initializer("rows", ints([0, 8, -1]))), { perm: [0, 2, 1] });
    const weight = drawnWeights(g);
    const first = g.Expand(
      weight("cls", 1, 1, 8),
      g.Concat(g.Shape(X, { start: 0, end: 1 }), g.ints([1, 8]), { axis: 0 }),
    );
    return {
      tokens,
      first,
      norm: (Y: Value) => g.LayerNormalization(Y, weight("norm.scale", 8), weight("norm.bias", 8)),
    };
  };

  test.each([
    ["[N, F]", (g: GraphBuilder, X: Value) => pooled(g, stem(g, X)), "as they are"],
    ["[N, F, H, W]", (g: GraphBuilder, X: Value) => stem(g, X), "averaged over height and width"],
    ["[N, F, 1, 1]", (g: GraphBuilder, X: Value) => g.GlobalAveragePool(stem(g, X)), "averaged over height and width"],
    [
      "[N, T, F] without a class token",
      (g: GraphBuilder, X: Value) => {
        const { tokens, norm } = normalised(g, X);
        return norm(tokens);
      },
      "averaged over the tokens",
    ],
    [
      "[N, T, F] with a class token",
      (g: GraphBuilder, X: Value) => {
        const { tokens, first, norm } = normalised(g, X);
        return norm(g.Concat(first, tokens, { axis: 1 }));
      },
      "of the class token",
    ],
  ])("%s", async (_, make, words) => {
    const { base } = await agrees(network((g, X) => ({ features: make(g, X) })));
    expect(base.head).toBeUndefined();
    expect(base.features).toMatchObject({ size: 8, end: "output features", reason: expect.stringContaining(words) });
    expect(await inspectModel({ model: "/exported" }, host)).toMatchObject({
      head: undefined,
      features: { size: 8, reason: expect.stringContaining(words) },
    });
  });

  test("are told from heads that were not recognised, and taken where the caller says so", async () => {
    const graph = network((g, X) => ({ pooler: g.Tanh(classifier(g, pooled(g, stem(g, X)))) }));
    await expect(transfer(graph, host)).rejects.toMatchObject({
      code: "no-head",
      hint: expect.stringContaining("--head-at none"),
    });
    const { base } = await agrees(graph, { load: { headAt: "none" } });
    expect(base.features).toMatchObject({ head: undefined, size: 5 });
  });
});

test("weights that were merged because they are equal are trained apart", async () => {
  const graph = network((g, X) => {
    const ones = g.initializer("ones", floats(new Float32Array(8).fill(1)));
    const zeros = g.initializer("zeros", tensor("float32", [8], new Float32Array(8)));
    const maps = g.BatchNormalization(stem(g, X), ones, zeros, zeros, ones);
    const features = g.LayerNormalization(pooled(g, maps), ones, zeros);
    return { y: classifier(g, features) };
  });
  const { base, saved } = await agrees(graph);
  expect(base.loaded.changes).toEqual([
    "4 weights were stored as 2, because their numbers are the same; each layer has its own now.",
  ]);
  const values = (name: string) => [...(saved.initializers.get(name)?.data ?? [])].map(Number);
  expect(values("ones")).toEqual(new Array(8).fill(1));
  expect(values("ones_2")).not.toEqual(values("ones_3"));
});

test("pictures of another size than a model's own are refused where they would give several rows each", async () => {
  const { store } = host;
  const folder = await writeTinyModel(store, "/tall", { file: "vit.onnx" });
  const tall = { ...tinyProcessor, size: { height: 64, width: 32 } };
  await store.write(`${folder}/preprocessor_config.json`, JSON.stringify(tall));
  await expect(loadBase(folder, {}, host)).rejects.toMatchObject({
    code: "not-an-image-model",
    message: expect.stringContaining("It is made for pictures of 32 × 32."),
  });
});
