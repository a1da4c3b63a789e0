import { ModelError } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import type { Part } from "./layer-site.ts";

/** Where the numbers of layers come from: a port, since each format has its own way to name them. */
export interface LayerWeights {
  /**
   * The tensors of a layer.
   *
   * @param path names of the models that the layer lies in, and its own
   * @param parts all that the layer has, in the order in which Keras makes them
   * @throws {ModelError} "bad-weights" where one is missing, or cannot be told from another
   */
  of(path: readonly string[], parts: readonly Part[]): (part: Part) => Tensor<"float32">;
}

/** A tensor of a file, read when it is asked for. */
export interface StoredTensor {
  /** "block1_conv1/kernel:0" */
  readonly name: string;
  readonly read: () => Tensor<"float32">;
}

/** What files call a part beside its own name. */
const otherNames: { readonly [P in Part]?: readonly string[] } = { depthwise_kernel: ["kernel"] };

/** Weights by name: `<layer>/<part>`, with or without the models around it, with or without TensorFlow's ":0". */
export function namedWeights(tensors: readonly StoredTensor[]): LayerWeights {
  const all = tensors.map((stored): Named => {
    const steps = stored.name.replace(/:\d+$/, "").split("/").filter(Boolean);
    const owners = steps.slice(0, -1);
    return { stored, part: steps.at(-1) ?? "", owners: owners.filter((step, at) => step !== owners[at - 1]) };
  });
  const byPart = new Map<string, Named[]>();
  for (const one of all) {
    const same = byPart.get(one.part);
    if (same) same.push(one);
    else byPart.set(one.part, [one]);
  }
  return {
    of: (path) => (part) => {
      const names = [part, ...(otherNames[part] ?? [])];
      const found = names.map((name) => best(byPart.get(name) ?? [], path)).find((some) => some.length > 0) ?? [];
      const [only, ...others] = found;
      if (only && others.length === 0) return only.stored.read();
      const many = found.map(({ stored }) => `"${stored.name}"`).join(", ");
      throw new ModelError(
        "bad-weights",
        only
          ? `The ${part} of the layer "${path.join(".")}" may be any of ${many}.`
          : `The file has no ${part} for the layer "${path.join(".")}".`,
      );
    },
  };
}

interface Named {
  readonly stored: StoredTensor;
  readonly part: string;
  /** Models and the layer, each once. */
  readonly owners: readonly string[];
}

/** Ways in which owners agree with a layer's path, the surest first. */
const agreements: readonly ((owners: readonly string[], path: readonly string[]) => boolean)[] = [
  (owners, path) => owners.length === path.length && path.every((step, at) => owners[at] === step),
  (owners, path) => owners[0] === path[0] && owners.at(-1) === path.at(-1),
  (owners, path) => owners.at(-1) === path.at(-1),
  // Keras 2 names some weights after the layer that they were made with, not the one that the file has them for.
  (owners, path) => path.length === 1 && owners[0] === path[0],
];

function best(candidates: readonly Named[], path: readonly string[]): readonly Named[] {
  for (const agree of agreements) {
    const found = candidates.filter(({ owners }) => agree(owners, path));
    if (found.length > 0) return found;
  }
  return [];
}
