import type { Tensor } from "../../src/base/tensor.ts";
import type { AttributeValues, OpName, ops } from "../../src/onnx/ops.ts";

type Bare<S extends string> = S extends `${infer N}?` ? N : S extends `${infer N}...` ? N : S;

/** A node's inputs by ONNX's names: optional ones may be undefined, a variadic one is a list. */
export type NamedInputs<O extends OpName> = {
  readonly [N in (typeof ops)[O]["inputs"][number] as Bare<N>]: N extends `${string}...`
    ? readonly Tensor[]
    : N extends `${string}?`
      ? Tensor | undefined
      : Tensor;
};

/**
 * What an op computes, straight from its ONNX definition. Float tensors are float64 here, whatever the graph says.
 *
 * @param outputCount how many outputs the node has
 * @returns the outputs in order; more than `outputCount` does no harm
 * @see https://github.com/onnx/onnx/blob/main/docs/Operators.md
 */
export type Kernel<O extends OpName> = (
  inputs: NamedInputs<O>,
  attributes: AttributeValues<O>,
  outputCount: number,
) => readonly Tensor[];

/** One kernel for each op of a family; over all of `OpName` a forgotten op does not compile. */
export type Kernels<O extends OpName = OpName> = { readonly [K in O]: Kernel<K> };
