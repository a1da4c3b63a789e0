import { ModelError } from "../base/errors.ts";
import { suggestion } from "../base/suggestion.ts";
import type { GraphBuilder, Value } from "../onnx/builder.ts";
import { elementwise, isMap, type Kept } from "./kept.ts";
import type { Dialect, LayerSite } from "./layer-site.ts";

interface About {
  /** The axis of Keras' last axis. */
  readonly channels: number;
  readonly dialect: Dialect;
}

type Activation = (g: GraphBuilder, X: Value, about: About) => Value;

/** x · σ(x) */
const swish: Activation = (g, X) => g.Mul(X, g.Sigmoid(X));
const hardSwish: Activation = (g, X) => g.HardSwish(X);

/** Keras' activations by name. @see https://keras.io/api/layers/activations */
const activations: Readonly<Record<string, Activation>> = {
  linear: (_, X) => X,
  relu: (g, X) => g.Relu(X),
  relu6: (g, X) => g.Clip(X, g.float(0), g.float(6)),
  leaky_relu: (g, X) => g.LeakyRelu(X, { alpha: 0.2 }),
  elu: (g, X) => g.Elu(X),
  selu: (g, X) => g.Selu(X),
  sigmoid: (g, X) => g.Sigmoid(X),
  // relu6(x + 3) / 6 in Keras 3, clip(x / 5 + 1 / 2, 0, 1) before
  hard_sigmoid: (g, X, { dialect }) => g.HardSigmoid(X, { alpha: dialect === "keras3" ? 1 / 6 : 0.2, beta: 0.5 }),
  tanh: (g, X) => g.Tanh(X),
  softplus: (g, X) => g.Softplus(X),
  softsign: (g, X) => g.Softsign(X),
  exponential: (g, X) => g.Exp(X),
  swish,
  silu: swish,
  hard_silu: hardSwish,
  hard_swish: hardSwish,
  mish: (g, X) => g.Mish(X),
  gelu: (g, X) => g.Gelu(X),
  softmax: (g, X, { channels }) => g.Softmax(X, { axis: channels }),
  log_softmax: (g, X, { channels }) => g.LogSoftmax(X, { axis: channels }),
};

/**
 * The tensor through an activation as a layer's description has it: a name, nothing, or an object with the name.
 *
 * @throws {ModelError} "unsupported-layer"
 */
export function activated(site: LayerSite, tensor: Kept, described: unknown): Kept {
  if (described === null || described === undefined) return tensor;
  const name = nameOf(described);
  const apply = name !== undefined && Object.hasOwn(activations, name) ? activations[name] : undefined;
  if (!apply) {
    const shown = name ?? JSON.stringify(described);
    throw new ModelError(
      "unsupported-layer",
      `The layer "${site.name}" (${site.kind}) has the activation ${shown}, which Regraft does not translate.`,
      suggestion(shown, Object.keys(activations)),
    );
  }
  const about = { channels: isMap(tensor) ? 1 : tensor.shape.length, dialect: site.dialect };
  return name === "linear" ? tensor : elementwise(site.g, tensor, (X) => apply(site.g, X, about));
}

/** Keras 3 has functions as `{ class_name: "function", config: "relu" }`, TensorFlow.js as `{ class_name: "relu" }`. */
function nameOf(described: unknown): string | undefined {
  if (typeof described === "string") return described;
  if (typeof described !== "object" || described === null || !("class_name" in described)) return undefined;
  const { class_name: kind, ...rest } = described;
  const config = "config" in rest ? rest.config : undefined;
  const plain =
    config === undefined || config === null || (typeof config === "object" && Object.keys(config).length === 0);
  const name = kind === "function" ? config : plain ? kind : undefined;
  return typeof name === "string" ? name.replace(/^tf\.nn\./, "") : undefined;
}
