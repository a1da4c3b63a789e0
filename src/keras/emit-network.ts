import { ModelError } from "../base/errors.ts";
import { type GraphBuilder, graphBuilder, tagged, type Value } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import { type PictureSize, pictureShape } from "./input-shape.ts";
import { type Kept, kept, settled } from "./kept.ts";
import { rowOf } from "./layer-rows.ts";
import type { Dialect, LayerSite } from "./layer-site.ts";
import type { LayerWeights } from "./layer-weights.ts";
import type { KerasLayer, KerasNetwork, TensorReference } from "./network.ts";

interface EmitOptions {
  readonly weights: LayerWeights;
  readonly dialect: Dialect;
  /** Of the pictures, where it is not as saved: "same" padding follows it. */
  readonly size?: PictureSize | undefined;
}

/**
 * The network as an ONNX graph with channels first: `pixel_values` [N, C, H, W] to `logits`, or to `scores` where the network
 * ends in a Softmax or Sigmoid. Maps, kernels and the rows behind a Flatten have ONNX's order of axes, answers are Keras'.
 *
 * @throws {ModelError} "unsupported-layer" · "bad-weights" · "bad-keras" · "not-an-image-model" ·
 *   {GraphError} "bad-shape"
 */
export function graphOf(network: KerasNetwork, options: EmitOptions): Graph {
  const g = graphBuilder({ name: network.name });
  const [height, width, channels] = pictureShape(network, options.size);
  const pixels = kept(g.input("pixel_values", "float32", ["N", channels, height, width]));
  const output = settled(g, emit(g, network, { ...options, input: pixels, path: [], calls: new CallCount() }));
  const last = g.nodes().at(-1)?.op ?? "";
  return g.build([g.named(/^(Log)?Softmax$|^Sigmoid$/.test(last) ? "scores" : "logits", output.value)]);
}

interface Around extends EmitOptions {
  readonly input: Kept;
  /** Names of the models around. */
  readonly path: readonly string[];
  /** Of the whole network. */
  readonly calls: CallCount;
}

/** Calls of layers: models in models that are each called twice, thirty deep, would be a billion. */
const mostCalls = 20_000;

/** Layers that wait for each other; Keras lists them in an order in which hardly one does. */
const mostWaiting = 200;

class CallCount {
  #calls = 0;
  #waiting = 0;

  /** @throws {ModelError} "bad-keras" where there are too many, or too many in each other */
  within<T>(make: () => T): T {
    this.#calls++;
    this.#waiting++;
    if (this.#calls > mostCalls) throw bad(`The network calls its layers more than ${mostCalls} times`);
    if (this.#waiting > mostWaiting) throw bad(`More than ${mostWaiting} layers wait for each other`);
    try {
      return make();
    } finally {
      this.#waiting--;
    }
  }
}

function emit(g: GraphBuilder, network: KerasNetwork, around: Around): Kept {
  const byName = new Map(network.layers.map((layer) => [layer.name, layer]));
  const made = new Map<string, Kept | "begun">();
  const tensorOf = ({ layer: name, call: number }: TensorReference): Kept => {
    const layer = byName.get(name);
    if (!layer) throw bad(`The network "${network.name}" has no layer "${name}", which is read`);
    // The count of calls goes on where a layer was used in other models too.
    const call = layer.calls.length <= 1 ? 0 : number;
    const key = `${call} ${name}`;
    const known = made.get(key);
    if (known === "begun") throw bad(`The layer "${name}" reads what is made of itself`);
    if (known) return known;
    made.set(key, "begun");
    const isInput = name === network.input;
    const result = isInput ? around.input : around.calls.within(() => called(g, layer, { call, tensorOf, around }));
    made.set(key, result);
    return result;
  };
  for (const { name, calls } of network.layers) {
    for (const call of calls.keys()) tensorOf({ layer: name, call });
  }
  return tensorOf(network.output);
}

interface Call {
  readonly call: number;
  readonly tensorOf: (reference: TensorReference) => Kept;
  readonly around: Around;
}

function called(g: GraphBuilder, layer: KerasLayer, { call, tensorOf, around }: Call): Kept {
  const inputs = (layer.calls[call] ?? []).map(tensorOf);
  const [input] = inputs;
  if (!input) throw bad(`The layer "${layer.name}" reads nothing`);
  const path = [...around.path, layer.name];
  if (layer.network) {
    if (inputs.length > 1) throw bad(`The model "${path.join(".")}" is given ${inputs.length} tensors, and takes one`);
    return emit(g, layer.network, { ...around, input, path });
  }
  const row = rowOf(layer.kind);
  if (!row) throw bad(`The layer "${path.join(".")}" is a ${layer.kind}, which takes no input`);
  const site = siteOf(g, layer, { around, path, inputs, input });
  return g.within(site.name, () => row.emit(site, layer.config));
}

/** The layer's name for its node, or the next one where the layer is called again. */
function freeName(g: GraphBuilder, name: string): string {
  let free = name;
  for (let call = 2; g.has(`${free}:0`); call++) free = `${name}.call${call}`;
  return free;
}

interface Place {
  readonly around: Around;
  readonly path: readonly string[];
  readonly inputs: readonly Kept[];
  readonly input: Kept;
}

function siteOf(g: GraphBuilder, { kind }: KerasLayer, { around, path, inputs, input }: Place): LayerSite {
  const name = path.join(".");
  const node = freeName(g, name);
  return {
    g,
    name,
    kind,
    dialect: around.dialect,
    inputs,
    input,
    weights: (parts) => around.weights.of(path, parts),
    weight: (part, make) =>
      g.has(`${name}.${part}`) ? g.value(`${name}.${part}`) : g.initializer(`${name}.${part}`, make()),
    place: (op, values, attributes) => {
      const reads = values.map((value) => value.name);
      const placed = {
        name: node,
        op,
        domain: "",
        inputs: reads,
        outputs: [`${node}:0`],
        attributes: tagged(op, attributes),
      };
      return g.copy(placed)[0] as Value;
    },
    unsupported: (what) =>
      new ModelError(
        "unsupported-layer",
        `The layer "${name}" (${kind}) has ${what}, which Regraft does not translate.`,
        {
          hint: "Export the model to ONNX with tf2onnx or Keras' model.export, and load that.",
        },
      ),
  };
}

const bad = (message: string): ModelError =>
  new ModelError("bad-keras", `${message}.`, { hint: "Download the file again, or save it again in Keras." });
