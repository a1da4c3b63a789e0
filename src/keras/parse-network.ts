import { z } from "zod";
import { ModelError } from "../base/errors.ts";
import { suggestion } from "../base/suggestion.ts";
import { callsOf, referencesOf } from "./inbound.ts";
import { layerKinds } from "./layer-rows.ts";
import type { KerasLayer, KerasNetwork } from "./network.ts";

const record = z.record(z.string(), z.unknown());

const layerSchema = z.object({
  class_name: z.string(),
  /** Old Sequential models have the list of their layers here. */
  config: z.union([record, z.array(z.unknown())]),
  name: z.string().nullish(),
  inbound_nodes: z.array(z.unknown()).nullish(),
  module: z.string().nullish(),
  registered_name: z.string().nullish(),
});

type StoredLayer = z.output<typeof layerSchema>;

/** Of one network: the deepest of keras.applications have a thousand. */
const mostLayers = 10_000;

const layers = z.array(z.unknown()).max(mostLayers);

const functionalSchema = z.object({
  name: z.string().default("model"),
  layers,
  input_layers: z.unknown(),
  output_layers: z.unknown(),
});

const sequentialSchema = z.object({ name: z.string().default("sequential"), layers });

const functionalKinds: ReadonlySet<string> = new Set(["Functional", "Model"]);
const inputKind = "InputLayer";

/**
 * Reads the description of a Sequential or Functional model as Keras 2, Keras 3 and TensorFlow.js write it.
 *
 * @param json with `class_name` and `config`
 * @throws {ModelError} "bad-keras" · "unsupported-layer" for a layer that is not translated, or one that is called with
 *   something else than tensors · "unsupported-model" for several inputs or outputs, and for other kinds of models
 */
export function parseNetwork(json: unknown): KerasNetwork {
  const stored = storedLayer(json);
  const network = networkOf(stored);
  if (network) return network;
  throw new ModelError(
    "unsupported-model",
    `A ${stored.class_name} is a model of its own making, which only its Python code can say.`,
    {
      hint: "Regraft reads Sequential and Functional models. Others: export them to ONNX with tf2onnx or model.export.",
    },
  );
}

/** undefined where it is no model but a layer. */
function networkOf(stored: StoredLayer): KerasNetwork | undefined {
  if (stored.class_name === "Sequential" && !isCustom(stored)) return sequential(stored);
  return functionalKinds.has(stored.class_name) && !isCustom(stored) && isNetwork(stored)
    ? functional(stored)
    : undefined;
}

/** Models with code of their own are called "Model" too, but have no layers to show. */
const isNetwork = ({ config }: StoredLayer): boolean => !Array.isArray(config) && Array.isArray(config.layers);

function functional({ config }: StoredLayer): KerasNetwork {
  const { success, data, error } = functionalSchema.safeParse(config);
  if (!success) throw bad("The description of the model", error);
  const { name } = data;
  const [input, ...inputs] = referencesOf(data.input_layers) ?? [];
  const [output, ...outputs] = referencesOf(data.output_layers) ?? [];
  if (!input || !output || inputs.length + outputs.length > 0) {
    throw new ModelError("unsupported-model", `The network "${name}" does not have one input and one output.`, {
      hint: "Regraft trains classifiers that take one picture. In Keras, save a model with the one input and output.",
    });
  }
  return { name, layers: data.layers.map((one) => layerOf(storedLayer(one))), input: input.layer, output };
}

/** A chain; where the first layer is no input layer, one is put in front. */
function sequential({ config }: StoredLayer): KerasNetwork {
  const { success, data, error } = sequentialSchema.safeParse(Array.isArray(config) ? { layers: config } : config);
  if (!success) throw bad("The description of the model", error);
  const { name } = data;
  const given = data.layers.map((one) => layerOf(storedLayer(one)));
  const [first] = given;
  const front = `${name}.input`;
  const inOrder =
    first?.kind === inputKind ? given : [{ kind: inputKind, name: front, config: {}, calls: [] }, ...given];
  const chain = inOrder.map((layer, at): KerasLayer => {
    const before = inOrder[at - 1];
    return { ...layer, calls: before ? [[{ layer: before.name, call: 0 }]] : [] };
  });
  return {
    name,
    layers: chain,
    input: chain[0]?.name ?? front,
    output: { layer: chain.at(-1)?.name ?? front, call: 0 },
  };
}

function layerOf(stored: StoredLayer): KerasLayer {
  const kind = stored.class_name;
  const config = Array.isArray(stored.config) ? {} : stored.config;
  const name = stored.name ?? (typeof config.name === "string" ? config.name : kind);
  const network = networkOf(stored);
  if (!network) requireKnown(stored, name);
  const calls = callsOf(stored.inbound_nodes ?? []);
  if (calls) return { kind, name, config, calls, ...(network ? { network } : {}) };
  throw new ModelError(
    "unsupported-layer",
    `The layer "${name}" (${kind}) is called with something else than one output of each layer before it.`,
    {
      hint: "Regraft translates layers that are called with tensors alone.",
    },
  );
}

function requireKnown(stored: StoredLayer, name: string): void {
  const kind = stored.class_name;
  if (kind === inputKind || (layerKinds.includes(kind) && !isCustom(stored))) return;
  const what = isCustom(stored) ? `a class of its author's own, ${stored.registered_name ?? kind}` : `a ${kind}`;
  throw new ModelError(
    "unsupported-layer",
    `The layer "${name}" is ${what}, which Regraft does not translate.`,
    suggestion(kind, layerKinds),
  );
}

/** Whether the class is somebody's own, whatever its name. */
const isCustom = ({ module, registered_name }: StoredLayer): boolean =>
  (registered_name?.includes(">") ?? false) || (typeof module === "string" && !/^(tf_)?keras\b/.test(module));

function storedLayer(json: unknown): StoredLayer {
  const { success, data, error } = layerSchema.safeParse(json);
  if (success) return data;
  throw bad("The description of a layer", error);
}

function bad(what: string, error: z.ZodError): ModelError {
  const [issue] = error.issues;
  const place = issue && issue.path.length > 0 ? ` at "${issue.path.join(".")}"` : "";
  return new ModelError("bad-keras", `${what} does not hold what it should${place}: ${issue?.message ?? "?"}.`, {
    cause: error,
    hint: "Download the file again, or save it again in Keras.",
  });
}
