import { ModelError } from "../base/errors.ts";
import { jsonIn, mostDescriptionBytes, whyNoJson } from "../base/json.ts";
import { utf8 } from "../base/utf8.ts";
import type { Model } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import { applicationOf } from "./applications/applications.ts";
import { requireKnownWidth } from "./applications/mobilenet-v2.ts";
import { isZip, unzipped } from "./archive.ts";
import { graphOf } from "./emit-network.ts";
import { type Hdf5File, withHdf5 } from "./hdf5.ts";
import type { TryHdf5 } from "./hdf5-trial.ts";
import type { PictureSize } from "./input-shape.ts";
import type { Dialect } from "./layer-site.ts";
import { type LayerWeights, namedWeights } from "./layer-weights.ts";
import type { KerasLayer, KerasNetwork } from "./network.ts";
import { containerIn, numberedWeights, snakeCase } from "./numbered-weights.ts";
import { parseNetwork } from "./parse-network.ts";
import { type Preparation, preparationOf } from "./preparation.ts";

/** A Keras model, translated. */
export interface KerasModel {
  /** Channels first: `pixel_values` [N, C, H, W]. */
  readonly model: Model;
  readonly preparation: Preparation | undefined;
}

export const isKerasFile = (file: string): boolean => /\.(keras|h5|hdf5)$/i.test(file);

const description = "config.json";
const about = "metadata.json";
const weightsFile = "model.weights.h5";

/**
 * Translates what Keras saves: a whole model (.keras, or .h5 of old), or the weights of one of keras.applications' networks
 * (.weights.h5, or .h5 without a description).
 *
 * @param size of the pictures that will come, where they are not as the model was saved for
 * @throws {ModelError} "bad-keras" · "unsupported-layer" · "unsupported-model" · "bad-weights" · "unknown-network" ·
 *   "not-an-image-model"
 */
export async function kerasModel(bytes: Uint8Array, { size, tryHdf5 }: KerasOptions = {}): Promise<KerasModel> {
  if (isZip(bytes)) return wholeModel(bytes, { size, tryHdf5 });
  await tryHdf5?.(bytes);
  return withHdf5(bytes, (file) => legacyOrWeights(file, size));
}

export interface KerasOptions {
  /** Of the pictures that will come. */
  readonly size?: Size;
  /** What is tried before an HDF5 file is read. */
  readonly tryHdf5?: TryHdf5 | undefined;
}

async function wholeModel(bytes: Uint8Array, { size, tryHdf5 }: KerasOptions): Promise<KerasModel> {
  const sizes = new Map([description, about].map((name) => [name, mostDescriptionBytes] as const));
  // Weights hardly shrink: no honest archive holds many times its own size.
  const files = await unzipped(bytes, new Map([...sizes, [weightsFile, 16 * bytes.length]]));
  const [config, weights, metadata] = [description, weightsFile, about].map((name) => files.get(name));
  if (!config || !weights) {
    throw new ModelError("bad-keras", `The archive holds no ${config ? weightsFile : description}.`, {
      hint: 'A .keras file is what model.save("model.keras") writes.',
    });
  }
  const network = parseNetwork(jsonOf(utf8.decode(config, { fatal: false }), description));
  const version = metadata && versionIn(jsonOf(utf8.decode(metadata, { fatal: false }), about));
  await tryHdf5?.(weights);
  return withHdf5(weights, (file) =>
    translated(network, { weights: numberedWeights(file, network), size, ...writtenBy(version) }),
  );
}

function legacyOrWeights(file: Hdf5File, size: Size): KerasModel {
  const text = file.text("", "model_config");
  if (text !== undefined) {
    const network = parseNetwork(jsonOf(text, "model_config"));
    return translated(network, {
      weights: weightsUnder(file, "model_weights"),
      size,
      ...writtenBy(file.text("", "keras_version")),
    });
  }
  const container = containerIn(file);
  const network = applicationOf(container === undefined ? namesIn(file) : countsIn(file, container));
  const weights = container === undefined ? weightsUnder(file, "") : numberedWeights(file, network);
  requireKnownWidth(network, weights);
  return translated(network, { weights, size, ...writtenBy(undefined) });
}

/** The tensors of the groups of layers. */
function weightsUnder(file: Hdf5File, group: string): LayerWeights {
  const below = (name: string) => (group === "" ? name : `${group}/${name}`);
  return namedWeights(
    file.datasets(group).map((name) => ({
      name,
      read: () => {
        const found = file.tensor(below(name));
        if (found) return found;
        throw new ModelError("bad-weights", `The file has no tensor "${below(name)}".`);
      },
    })),
  );
}

/** Whether a file of named weights has these layers and no others. */
function namesIn(file: Hdf5File): (layers: readonly KerasLayer[]) => boolean {
  const found = new Set(file.datasets("").map((name) => name.split("/")[0] ?? ""));
  return (layers) => layers.length === found.size && layers.every(({ name }) => found.has(name));
}

/** The same for numbered weights: as many layers of each class. */
function countsIn(file: Hdf5File, container: string): (layers: readonly KerasLayer[]) => boolean {
  const groups = file.datasets(container).map((name) => name.split("/")[0] ?? "");
  const found = countsOf([...new Set(groups)].map((name) => name.replace(/_\d+$/, "")));
  return (layers) => {
    const wanted = countsOf(layers.map(({ kind }) => snakeCase(kind)));
    return wanted.size === found.size && [...wanted].every(([kind, count]) => found.get(kind) === count);
  };
}

function countsOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

type Size = PictureSize | undefined;

interface Parts {
  readonly size: Size;
  readonly weights: LayerWeights;
  readonly dialect: Dialect;
  /** What wrote the model: "keras 3.15.1". */
  readonly producer: string;
}

/** A network with its weights as a model. */
export const translated = (network: KerasNetwork, { producer, ...parts }: Parts): KerasModel => ({
  model: modelOf(graphOf(network, parts), { producer }),
  preparation: preparationOf(network),
});

function versionIn(metadata: unknown): string | undefined {
  const version =
    typeof metadata === "object" && metadata !== null && "keras_version" in metadata ? metadata.keras_version : "";
  return typeof version === "string" ? version : undefined;
}

const writtenBy = (version: string | undefined): Pick<Parts, "dialect" | "producer"> => ({
  dialect: /^[12]\./.test(version ?? "") ? "keras2" : "keras3",
  producer: version === undefined ? "keras" : `keras ${version}`,
});

function jsonOf(text: string, place: string): unknown {
  try {
    return jsonIn(text);
  } catch (cause) {
    throw new ModelError("bad-keras", `Its ${place} ${whyNoJson(cause)}.`, { cause, hint: "Download the file again." });
  }
}
