import { refuseUnknown } from "../base/options.ts";
import type { Random } from "../base/random.ts";
import { type StaticShape, sizeOf } from "../base/shape.ts";
import { floats, type Tensor } from "../base/tensor.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { attributesOf } from "../onnx/ops.ts";
import { weightedNodes } from "./weight-slots.ts";

export interface ResetWeightsOptions {
  /** Draws the weights, each from a stream of its own name. */
  readonly rng: Random;
}
