import { unzipSync, zipSync } from "fflate";
import { utf8 } from "../../src/base/utf8.ts";
import { type Malformation, nested, pollution, type Row, rowsOf, withFields, withFile } from "./malformation.ts";
import { fileOf, json, kerasNetwork } from "./subjects.ts";

const layer = (kind: string, name: string, config: object = {}) => ({ class_name: kind, config: { name, ...config } });
const picture = layer("InputLayer", "picture", { batch_shape: [null, 16, 16, 3] });
const sequential = (layers: readonly unknown[], name = "net") => ({
  class_name: "Sequential",
  config: { name, layers },
});

/** The file with another description, as text. */
const describing = (text: string): Malformation["change"] =>
  withFile("net.keras", (bytes) => zipSync({ ...unzipSync(bytes), "config.json": utf8.encode(text) }));

const network = (value: unknown): Malformation["change"] => describing(JSON.stringify(value));

/** The picture, and layers without weights behind it. */
const chain = (...layers: readonly unknown[]): Malformation["change"] => network(sequential([picture, ...layers]));

const deepSequential = (deep: number): unknown =>
  deep === 0 ? layer("ReLU", "end") : { ...sequential([deepSequential(deep - 1)], `s${deep}`), name: `s${deep}` };

const called = (kind: string, name: string, ...from: readonly string[]) => ({
  ...layer(kind, name),
  name,
  inbound_nodes: [from.map((one) => [one, 0, 0, {}])],
});

const functional = (name: string, layers: readonly object[], output: string, calls: readonly unknown[] = []) => ({
  class_name: "Functional",
  name,
  inbound_nodes: calls,
  config: { name, layers, input_layers: [["in", 0, 0]], output_layers: [[output, 0, 0]] },
});

const start = { ...layer("InputLayer", "in", { batch_shape: [null, 16, 16, 3] }), name: "in", inbound_nodes: [] };

/** A model that uses another one twice, which uses another one twice, and so on. */
function doubling(deep: number): object {
  let inner: object = functional("f0", [start, called("ReLU", "relu", "in")], "relu");
  for (let level = 1; level <= deep; level++) {
    const name = `f${level - 1}`;
    const twice = { ...inner, inbound_nodes: [[["in", 0, 0, {}]], [[name, 0, 0, {}]]] };
    const own = functional(`f${level}`, [start, twice], name);
    own.config.output_layers = [[name, 1, 0]];
    inner = own;
  }
  return inner;
}

/** Layers of which each reads the one behind it in the list. */
const backwards = (count: number): object =>
  functional(
    "net",
    [
      start,
      ...Array.from({ length: count }, (_, at) => called("ReLU", `r${at}`, at === count - 1 ? "in" : `r${at + 1}`)),
    ],
    "r0",
  );

const bad = "bad-keras";

const kerasRows: readonly Row[] = [
  ["a description that is no JSON", bad, describing("{")],
  ["a description that is null", bad, describing("null")],
  ["a description that is a list", bad, describing("[]")],
  ["lists in lists, 100,000 deep", bad, describing(nested(100_000))],
  ["a description of 17 MiB", bad, describing(`{"x": "${"x".repeat(17 * 2 ** 20)}"}`)],
  ["keys that everything has", bad, describing(`{${pollution}}`)],
  ["a class that everything has", "unsupported-model", network(layer("constructor", "x", { layers: [] }))],
  ["a layer that everything has", "unsupported-layer", chain(layer("constructor", "x"))],
  [
    "a layer called __proto__",
    "bad-weights",
    chain(layer("ReLU", "__proto__"), layer("Conv2D", "constructor", { kernel_size: 1 })),
  ],
  [
    "an activation that everything has",
    "unsupported-layer",
    chain(layer("Activation", "x", { activation: "constructor" })),
  ],
  ["an activation of lists", "unsupported-layer", chain(layer("Activation", "x", { activation: [[[]]] }))],
  ["models in models, 90 deep", bad, chain(deepSequential(90))],
  ["models in models, 20 deep", "read", chain(deepSequential(20))],
  ["a network of nothing", "not-an-image-model", network(sequential([]))],
  [
    "a network without an end",
    bad,
    network(functional("net", [start, called("ReLU", "a", "b"), called("ReLU", "b", "a")], "a")),
  ],
  ["a network that gives what it does not have", bad, network(functional("net", [start], "gone"))],
  ["models that use each other twice, 30 deep", bad, network(doubling(30))],
  ["models that use each other twice, 3 deep", "read", network(doubling(3))],
  ["five thousand layers in the wrong order", bad, network(backwards(5000))],
  ["a hundred layers in the wrong order", "read", network(backwards(100))],
  ["twenty thousand layers", bad, chain(...Array.from({ length: 20_000 }, (_, at) => layer("ReLU", `r${at}`)))],
  ["two thousand layers", "read", chain(...Array.from({ length: 2000 }, (_, at) => layer("ReLU", `r${at}`)))],
  [
    "pictures of a billion pixels",
    "not-an-image-model",
    network(sequential([layer("InputLayer", "p", { batch_shape: [null, 1e9, 1e9, 3] })])),
  ],
  [
    "pictures of −1 pixel",
    "not-an-image-model",
    network(sequential([layer("InputLayer", "p", { batch_shape: [null, -1, -1, 3] })])),
  ],
  ["a shape that cannot be", "unsupported-layer", chain(layer("Reshape", "x", { target_shape: [-1, 0] }))],
  ["a shape with a rest", "unsupported-layer", chain(layer("Reshape", "x", { target_shape: [-1, 7] }))],
  ["a shape of 2^50", "bad-shape", chain(layer("Reshape", "x", { target_shape: [2 ** 50] }))],
  ["a padding of 2^50", "too-large", chain(layer("ZeroPadding2D", "x", { padding: 2 ** 50 }), layer("ReLU", "y"))],
  ["a window of 2^50", "bad-shape", chain(layer("MaxPooling2D", "x", { pool_size: 2 ** 50 }))],
  [
    "as many numbers as it has pixels, invented",
    "bad-weights",
    chain(layer("Flatten", "x"), layer("BatchNormalization", "y", { scale: false, center: false })),
  ],
  [
    "numbers in lists, 150 deep",
    "unsupported-layer",
    chain(layer("Rescaling", "x", { scale: JSON.parse(nested(150, "1,2,3,4,5")) })),
  ],
  [
    "a number beyond all numbers",
    bad,
    describing(
      JSON.stringify(sequential([picture, layer("Rescaling", "x", { scale: 2 })])).replace(
        '"scale":2',
        '"scale":1e999',
      ),
    ),
  ],
  ["a lambda", "unsupported-layer", chain(layer("Lambda", "x", { function: ["4wEAAAAAAAAA", null, null] }))],
  [
    "a class of its author's",
    "unsupported-layer",
    chain({ ...layer("ReLU", "x"), module: "os", registered_name: "os>system" }),
  ],
  [
    "no weights",
    bad,
    withFile("net.keras", (bytes) => zipSync({ "config.json": fileOf(unzipSync(bytes), "config.json") })),
  ],
  [
    "weights that are no HDF5",
    bad,
    withFile("net.keras", (bytes) => zipSync({ ...unzipSync(bytes), "model.weights.h5": new Uint8Array(600) })),
  ],
  [
    "weights that lead up",
    bad,
    withFile("net.keras", (bytes) => zipSync({ ...unzipSync(bytes), "../model.weights.h5": new Uint8Array(9) })),
  ],
];

const manifest = (weights: readonly object[], paths: readonly string[] = ["a.bin", "b.bin"]) =>
  withFields("model.json", { weightsManifest: [{ paths, weights }] });

const weight = (fields: object) => ({ name: "conv/kernel", shape: [3, 3, 3, 4], dtype: "float32", ...fields });

const tensorFlowRows: readonly Row[] = [
  ["a model.json that is no JSON", "bad-model-folder", withFile("model.json", () => "{")],
  ["a model.json of nothing", "bad-model-folder", withFile("model.json", () => "")],
  ["lists in lists, 100,000 deep", "bad-model-folder", withFile("model.json", () => nested(100_000))],
  ["keys that everything has", "bad-model-folder", withFile("model.json", () => `{${pollution}}`)],
  ["a model.json of 17 MiB", "bad-model-folder", withFile("model.json", () => " ".repeat(17 * 2 ** 20))],
  [
    "weights outside of the folder",
    "bad-external-data",
    (files) => ({ ...manifest([], ["../a.bin"])(files), "../a.bin": new Uint8Array() }),
  ],
  ["weights that are not there", "no-external-data", manifest([], ["gone.bin"])],
  ["a file of weights that is named twice", "bad-external-data", manifest([], ["a.bin", "a.bin"])],
  [
    "a file of weights that is named by two names",
    "bad-external-data",
    manifest([weight({ shape: [50] })], ["a.bin", "./a.bin"]),
  ],
  ["a shape whose product overflows", "bad-external-data", manifest([weight({ shape: [2 ** 50, 2 ** 50] })])],
  ["a shape of nothing and of everything", "bad-external-data", manifest([weight({ shape: [0, 2 ** 50] })])],
  ["a negative extent", "bad-model-folder", manifest([weight({ shape: [-1] })])],
  ["a dtype that everything has", "bad-weights", manifest([weight({ dtype: "constructor" })])],
  ["a quantisation that everything has", "bad-weights", manifest([weight({ quantization: { dtype: "__proto__" } })])],
  [
    "a hundred thousand weights of nothing",
    "bad-external-data",
    manifest(Array.from({ length: 100_000 }, () => weight({ shape: [0] }))),
  ],
  ["a topology that is a list", "bad-model-folder", withFields("model.json", { modelTopology: [] })],
  ["labels that are numbers", "bad-model-folder", withFields("metadata.json", { labels: [1, 2] })],
  ["metadata of 17 MiB", "bad-model-folder", withFile("metadata.json", () => " ".repeat(17 * 2 ** 20))],
  ["metadata that is null", "bad-model-folder", withFile("metadata.json", () => json(null))],
];

export const kerasMalformations: readonly Malformation[] = [
  ...rowsOf("keras", [...kerasRows, ["as it is", "read", network(kerasNetwork("batch_shape"))]]),
  ...rowsOf("tensorflow.js", tensorFlowRows),
];
