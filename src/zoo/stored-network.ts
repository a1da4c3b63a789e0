import { ModelError } from "../base/errors.ts";
import { floatsOfBrains, floatsOfHalves } from "../base/half.ts";
import { formatShape, type StaticShape, sameShape, sizeOf } from "../base/shape.ts";
import { suggestion } from "../base/suggestion.ts";
import { isDType, type Tensor } from "../base/tensor.ts";
import { counted } from "../base/words.ts";
import type { Graph } from "../onnx/graph.ts";
import { type ArchitectureOptions, architecture } from "./architecture.ts";
import { architectures } from "./architectures.ts";
import { type Network, namingsOf, networkNamed, networkNames } from "./namings.ts";
import type { WeightSource } from "./weight-source.ts";

/** Tensors of a file by their names in it. */
export type StoredTensors = Readonly<Record<string, Tensor>>;

/** PyTorch counts batches beside a BatchNormalization's numbers; inference has no use for the count. */
const isCounter = (name: string): boolean => name.endsWith(".num_batches_tracked");

/**
 * A network with weights that were stored without a graph, by torchvision or timm: each tensor is put where its name says,
 * exactly once, and has to have the layer's shape. The number of classes is what the classifier's weight has.
 *
 * @param name of the network, as torchvision or timm has it: "resnet50", "mobilenetv2_100"
 * @returns `pixel_values` [N, 3, H, W] to `logits` [N, classes]
 * @throws {ModelError} "bad-weights" where tensors are missing, left over, or of another shape or type ·
 *   "unknown-network"
 * @throws {UsageError} "bad-option" for an image size below the smallest
 */
export function storedNetwork(
  name: string,
  tensors: StoredTensors,
  { imageSize }: Pick<ArchitectureOptions, "imageSize"> = {},
): Graph {
  const network = networkNamed(name);
  if (!network) {
    throw new ModelError(
      "unknown-network",
      `Regraft cannot build the network "${name}".`,
      suggestion(name, networkNames),
    );
  }
  const stored = new Stored(name, namesFor(network, tensors), tensors);
  const graph = architecture(network.architecture, {
    width: network.width,
    classes: stored.classes(`${architectures[network.architecture].classifier}.weight`),
    ...(imageSize === undefined ? {} : { imageSize }),
    weights: (wanted, shape) => stored.take(wanted, shape),
  });
  stored.requireAllTaken();
  return graph;
}

/** torchvision's names of a network's tensors. */
function tensorsOf({ architecture: name, width }: Network): readonly string[] {
  const names: string[] = [];
  const collect: WeightSource = (tensor, shape) => {
    names.push(tensor);
    return { dtype: "float32", shape, data: new Float32Array(0) };
  };
  architecture(name, { width, weights: collect });
  return names;
}

/** The names by which most of the file's tensors are found; torchvision's where none are better. */
function namesFor(network: Network, tensors: StoredTensors): Names {
  const wanted = tensorsOf(network);
  const all = namingsOf(network.architecture).map(
    ({ nameOf }): Names => new Map(wanted.map((name) => [name, nameOf(name)])),
  );
  const found = (names: Names) => [...names.values()].filter((name) => Object.hasOwn(tensors, name)).length;
  return all.reduce((best, names) => (found(names) > found(best) ? names : best));
}

/** torchvision's names of a network's tensors to those that the file should have. */
type Names = ReadonlyMap<string, string>;

/** The tensors of a file, given out by torchvision's names. */
class Stored {
  readonly #network: string;
  readonly #names: Names;
  readonly #tensors: StoredTensors;
  readonly #left: Set<string>;

  constructor(network: string, names: Names, tensors: StoredTensors) {
    this.#network = network;
    this.#names = names;
    this.#tensors = tensors;
    this.#left = new Set(Object.keys(tensors).filter((name) => !isCounter(name)));
  }

  /** Rows of the classifier's weight. */
  classes(classifier: string): number {
    const { shape } = this.#find(classifier);
    const [rows = 0] = shape;
    if (rows > 0) return rows;
    throw this.#bad(`"${this.#nameOf(classifier)}" is ${formatShape(shape)}, which leaves no class.`);
  }

  take(name: string, shape: StaticShape): Tensor<"float32"> {
    const stored = this.#nameOf(name);
    const found = this.#find(name);
    if (!fits(found.shape, shape)) {
      throw this.#bad(`"${stored}" is ${formatShape(found.shape)}, where ${formatShape(shape)} is wanted.`);
    }
    this.#left.delete(stored);
    return { ...this.#floats(stored, found), shape };
  }

  requireAllTaken(): void {
    const [first, ...others] = this.#left;
    if (first === undefined) return;
    const more = others.length === 0 ? "" : `, and ${counted(others.length, "other tensor")} like it`;
    throw this.#bad(`"${first}" belongs to no layer of it${more}.`);
  }

  #find(name: string): Tensor {
    const stored = this.#nameOf(name);
    const found = Object.hasOwn(this.#tensors, stored) ? this.#tensors[stored] : undefined;
    if (found) return found;
    const expected = new Set(this.#names.values());
    const strange = [...this.#left].filter((one) => !expected.has(one));
    throw this.#bad(`"${stored}" is missing.`, suggestion(stored, strange));
  }

  #nameOf(name: string): string {
    return this.#names.get(name) ?? name;
  }

  #floats(name: string, value: Tensor): Tensor<"float32"> {
    if (isDType(value, "float32")) return value;
    if (isDType(value, "float16")) return floatsOfHalves(value);
    if (isDType(value, "bfloat16")) return floatsOfBrains(value);
    throw this.#bad(`"${name}" is ${value.dtype}, not float32, float16 or bfloat16.`);
  }

  #bad(what: string, details: { readonly hint?: string } | undefined = undefined): ModelError {
    return new ModelError("bad-weights", `The weights are not those of ${this.#network}: ${what}`, details);
  }
}

/** A dense layer on what is flattened may be stored as the convolution that it is: [4096, 512, 7, 7] for [4096, 25088]. */
function fits(stored: StaticShape, wanted: StaticShape): boolean {
  if (sameShape(stored, wanted)) return true;
  const [rows = 0, ...inner] = stored;
  return wanted.length === 2 && rows === wanted[0] && sizeOf(inner) === wanted[1];
}
