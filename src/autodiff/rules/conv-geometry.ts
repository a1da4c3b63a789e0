import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import type { Axis } from "./window.ts";

/** What a convolution's gradients depend on besides the tensors. */
export interface Convolution {
  readonly group: number;
  /** Ci. */
  readonly inputs: number;
  /** Co. */
  readonly outputs: number;
  readonly axes: readonly Axis[];
}

/** dW [Co, Ci/group, ...kernel] from X [N, Ci, ...input] and dY [N, Co, ...output]. */
export type WeightGradient = (g: GraphBuilder, conv: Convolution, X: Value, dY: Value) => Value;
