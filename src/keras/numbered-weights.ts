import { ModelError } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import { counted } from "../base/words.ts";
import type { Hdf5File } from "./hdf5.ts";
import type { Part } from "./layer-site.ts";
import type { LayerWeights } from "./layer-weights.ts";
import type { KerasNetwork } from "./network.ts";

/** Where a model keeps its layers: Keras 3, and the first .keras files of Keras 2. */
const containers = ["layers", "_layer_checkpoint_dependencies"] as const;

/** Whether a file has its weights as Keras 3 writes them, by number. */
export const containerIn = (file: Hdf5File, path = ""): string | undefined =>
  containers.map((name) => (path === "" ? name : `${path}/${name}`)).find((name) => file.list(name) !== undefined);

/**
 * Weights as Keras 3 keeps them: each layer in a group that is called after its class, `layers/conv2d_1`, counted in the
 * network's order, its tensors as `vars/0`, `vars/1` in the order in which the layer makes them.
 *
 * @see keras/src/saving/saving_lib.py
 */
export function numberedWeights(file: Hdf5File, network: KerasNetwork): LayerWeights {
  const places = placesIn(file, network, { path: [], group: "" });
  return {
    of: (path, parts) => {
      const group = places.get(path.join("\n"));
      const stored = group === undefined ? [] : (file.list(`${group}/vars`) ?? []);
      const extra = parts.includes("variance") ? 1 : 0; // Normalization counts what it has seen.
      if (group === undefined || stored.length < parts.length || stored.length > parts.length + extra) {
        throw new ModelError(
          "bad-weights",
          `The layer "${path.join(".")}" needs ${counted(parts.length, "tensor")} (${parts.join(", ")}), and ${group ?? "the file"} has ${stored.length}.`,
          { hint: "The weights and the network may be of different models." },
        );
      }
      return (part: Part): Tensor<"float32"> => {
        const found = file.tensor(`${group}/vars/${parts.indexOf(part)}`);
        if (found) return found;
        throw new ModelError("bad-weights", `The layer "${path.join(".")}" has no ${part} in ${group}.`);
      };
    },
  };
}

interface Around {
  readonly path: readonly string[];
  readonly group: string;
}

/** The group of each layer, by its path. */
function placesIn(file: Hdf5File, { layers }: KerasNetwork, { path, group }: Around): ReadonlyMap<string, string> {
  const container = containerIn(file, group);
  const counts = new Map<string, number>();
  const places = new Map<string, string>();
  for (const { kind, name, network } of layers) {
    const stem = snakeCase(kind);
    const count = counts.get(stem) ?? 0;
    counts.set(stem, count + 1);
    const own = `${container}/${count === 0 ? stem : `${stem}_${count}`}`;
    const here = [...path, name];
    places.set(here.join("\n"), own);
    if (network)
      for (const [inner, place] of placesIn(file, network, { path: here, group: own })) places.set(inner, place);
  }
  return places;
}

/** Keras' own rule: "DepthwiseConv2D" is "depthwise_conv2d", "ReLU" is "re_lu". */
export const snakeCase = (kind: string): string =>
  kind
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
