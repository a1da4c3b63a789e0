import type { Initialization } from "../base/initializations.ts";
import { checkNumber, refuseUnknown } from "../base/options.ts";

/** How the weights of new layers may be drawn; adapter folders keep it by name. */
type DenseInitialization = Extract<Initialization, "glorot-uniform" | "he-uniform" | "zeros">;

/** A fully connected layer: y = x·Wᵀ + b, with W [units, inputs]. */
interface DenseLayer {
  readonly kind: "dense";
  readonly units: number;
  readonly init: DenseInitialization;
}

interface ReluLayer {
  readonly kind: "relu";
}

/** Sets a share of `rate` of its inputs to 0 while training and scales the rest by 1 / (1 − rate). */
interface DropoutLayer {
  readonly kind: "dropout";
  readonly rate: number;
}

/** A layer of a new head, as data; `graft` builds it. */
export type Layer = DenseLayer | ReluLayer | DropoutLayer;

interface DenseOptions {
  /** How the weights are drawn, as in Keras "glorot-uniform" by default; biases start at 0. */
  readonly init?: DenseInitialization;
}

/**
 * @param units number of outputs, from 1
 * @throws {UsageError} "bad-option"
 */
export function dense(units: number, { init = "glorot-uniform", ...rest }: DenseOptions = {}): DenseLayer {
  refuseUnknown("dense", rest);
  return { kind: "dense", units: checkNumber("units", units, { min: 1, integer: true }), init };
}

export const relu = (): ReluLayer => ({ kind: "relu" });

/**
 * @param rate share of the inputs to drop, 0 ≤ rate < 1
 * @throws {UsageError} "bad-option"
 */
export const dropout = (rate: number): DropoutLayer => ({
  kind: "dropout",
  rate: checkNumber("rate", rate, { min: 0, lessThan: 1 }),
});
