import type { Random } from "../base/random.ts";
import { floats, type Tensor } from "../base/tensor.ts";

export type Initialization = "glorot-uniform" | "he-uniform" | "zeros";

/** The bound of the uniform distribution that a weight [units, inputs] is drawn from. */
const bounds: { readonly [I in Initialization]: (inputs: number, units: number) => number } = {
  // Glorot and Bengio 2010; the default of Keras' Dense
  "glorot-uniform": (inputs, units) => Math.sqrt(6 / (inputs + units)),
  // He et al. 2015, for layers in front of a ReLU
  "he-uniform": (inputs) => Math.sqrt(6 / inputs),
  zeros: () => 0,
};

/** A weight matrix [units, inputs], uniform in ±bound; equal seeds give equal weights. */
export function initialWeight(init: Initialization, units: number, inputs: number, rng: Random): Tensor<"float32"> {
  const bound = bounds[init](inputs, units);
  const draw = () => (bound === 0 ? 0 : rng.uniform(-bound, bound));
  return floats(Float32Array.from({ length: units * inputs }, draw), [units, inputs]);
}
