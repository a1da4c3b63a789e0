import { normals } from "./normals.ts";
import type { Random } from "./random.ts";
import { type StaticShape, sizeOf } from "./shape.ts";
import { type Tensor, tensor } from "./tensor.ts";

/** What a weight joins. */
export interface Fans {
  /** Products that each output sums. */
  readonly inputs: number;
  /** Products that each input is part of; for a convolution, its filters times the places of its kernel. */
  readonly outputs: number;
}

/** Where the first numbers of a tensor come from: uniform in ±bound, normal around 0, or one number throughout. */
type Distribution =
  | { readonly kind: "uniform"; readonly bound: number }
  | { readonly kind: "normal"; readonly deviation: number }
  | { readonly kind: "constant"; readonly value: number };

const uniform = (bound: number): Distribution => ({ kind: "uniform", bound });
const normal = (deviation: number): Distribution => ({ kind: "normal", deviation });
const constant = (value: number): Distribution => ({ kind: "constant", value });

export type Initialization =
  | "glorot-uniform"
  | "he-uniform"
  | "he-normal-fan-out"
  | "torch-linear"
  | "normal-0.01"
  | "zeros"
  | "ones";

const distributions: { readonly [I in Initialization]: (fans: Fans) => Distribution } = {
  // Glorot and Bengio 2010; the default of Keras' Dense
  "glorot-uniform": ({ inputs, outputs }) => uniform(Math.sqrt(6 / (inputs + outputs))),
  // He et al. 2015, for layers in front of a ReLU
  "he-uniform": ({ inputs }) => uniform(Math.sqrt(6 / inputs)),
  // the same, normal and for the way back: what torchvision gives to convolutions
  "he-normal-fan-out": ({ outputs }) => normal(Math.sqrt(2 / outputs)),
  // the default of torch.nn.Linear, for weight and bias
  "torch-linear": ({ inputs }) => uniform(1 / Math.sqrt(inputs)),
  // what torchvision gives to the dense layers of VGG and MobileNetV2
  "normal-0.01": () => normal(0.01),
  zeros: () => constant(0),
  ones: () => constant(1),
};

interface InitialOptions {
  readonly fans: Fans;
  readonly rng: Random;
}

/** The first numbers of a tensor; equal streams give equal numbers. */
export function initialTensor(
  init: Initialization,
  shape: StaticShape,
  { fans, rng }: InitialOptions,
): Tensor<"float32"> {
  const data = new Float32Array(sizeOf(shape));
  const from = distributions[init](fans);
  switch (from.kind) {
    case "uniform":
      for (let at = 0; at < data.length; at++) data[at] = rng.uniform(-from.bound, from.bound);
      break;
    case "normal":
      normals(data, from.deviation, rng);
      break;
    case "constant":
      data.fill(from.value);
  }
  return tensor("float32", shape, data);
}
