import type { Fans, Initialization } from "../base/initializations.ts";
import { initialTensor } from "../base/initializations.ts";
import { random } from "../base/random.ts";
import type { StaticShape } from "../base/shape.ts";
import type { Tensor } from "../base/tensor.ts";

/** The parts of each layer that has weights, by PyTorch's names. */
export interface LayerParts {
  readonly Conv: "weight" | "bias";
  readonly Gemm: "weight" | "bias";
  readonly BatchNormalization: "weight" | "bias" | "running_mean" | "running_var";
}

/** What a tensor is to its layer. */
export type Role = {
  readonly [L in keyof LayerParts]: {
    readonly layer: L;
    readonly part: LayerParts[L];
    /** Of the layer's weight; a BatchNormalization has one of each per channel. */
    readonly fans: Fans;
  };
}[keyof LayerParts];

/**
 * Where an architecture's numbers come from (a port): random ones, a file's.
 *
 * @param name as in torchvision's state_dict: "layer1.0.conv1.weight"
 */
export type WeightSource = (name: string, shape: StaticShape, role: Role) => Tensor;

/** How each part of each layer starts. */
export type Starts = { readonly [L in keyof LayerParts]: { readonly [P in LayerParts[L]]: Initialization } };

/** Fresh weights: each tensor has a stream of its own, by its name, so that equal seeds give equal weights. */
export function randomWeights(starts: Starts, { seed = 0 }: { readonly seed?: number } = {}): WeightSource {
  const rng = random(seed);
  return (name, shape, role) =>
    initialTensor(startOf(starts, role), shape, { fans: role.fans, rng: rng.fork("zoo", name) });
}

function startOf(starts: Starts, role: Role): Initialization {
  const parts: { readonly [P in Role["part"]]?: Initialization } = starts[role.layer];
  return parts[role.part] ?? "zeros";
}
