import { checkNumber, refuseUnknown } from "../base/options.ts";
import type { GraphBuilder, Value } from "../onnx/builder.ts";

/** How far logits are from targets. Targets are float32 [N, C], shaped as the logits. */
export interface Loss {
  readonly name: LossName;
  /** What turns logits into scores for a person: probabilities that sum to 1, independent ones, or the values as they are. */
  readonly activation: "softmax" | "sigmoid" | "identity";
  readonly labelSmoothing: number;
  /** Emits the loss of each example, [N], from logits [N, C] and targets [N, C]. */
  perExample(g: GraphBuilder, logits: Value, targets: Value): Value;
}

export interface LossOptions {
  /** Share ε of each target that is spread evenly: over the C classes, or over 0 and 1. From 0 to below 1. */
  readonly labelSmoothing?: number;
}

/**
 * Softmax cross-entropy from logits: −Σ_c t_c · log softmax(z)_c, with t smoothed to (1 − ε)·t + ε/C.
 *
 * @throws {UsageError} "bad-option"
 * @see PyTorch CrossEntropyLoss(label_smoothing)
 */
export function softmaxCrossEntropy({ labelSmoothing = 0, ...rest }: LossOptions = {}): Loss {
  refuseUnknown("softmaxCrossEntropy", rest);
  checkNumber("labelSmoothing", labelSmoothing, { min: 0, lessThan: 1 });
  return {
    name: "softmaxCrossEntropy",
    activation: "softmax",
    labelSmoothing,
    perExample: (g, logits, targets) => {
      const classes = lastExtent(logits);
      const smooth = smoothed(g, targets, labelSmoothing, labelSmoothing / classes);
      return g.Neg(sumOfLastAxis(g, g.Mul(smooth, g.LogSoftmax(logits, { axis: -1 }))));
    },
  };
}

/**
 * Binary cross-entropy from logits, averaged over the C outputs: softplus(z) − z·t, with t smoothed to
 * (1 − ε)·t + ε/2. One output for two classes, or one per label when labels do not exclude each other.
 *
 * @throws {UsageError} "bad-option"
 * @see PyTorch BCEWithLogitsLoss; Keras BinaryCrossentropy(from_logits=True, label_smoothing)
 */
export function binaryCrossEntropy({ labelSmoothing = 0, ...rest }: LossOptions = {}): Loss {
  refuseUnknown("binaryCrossEntropy", rest);
  checkNumber("labelSmoothing", labelSmoothing, { min: 0, lessThan: 1 });
  return {
    name: "binaryCrossEntropy",
    activation: "sigmoid",
    labelSmoothing,
    perExample: (g, logits, targets) => {
      const smooth = smoothed(g, targets, labelSmoothing, labelSmoothing / 2);
      return meanOfLastAxis(g, g.Sub(g.Softplus(logits), g.Mul(logits, smooth)));
    },
  };
}

/** Mean squared error over the C outputs: mean_c (z_c − t_c)². */
export function meanSquaredError(): Loss {
  return {
    name: "meanSquaredError",
    activation: "identity",
    labelSmoothing: 0,
    perExample: (g, logits, targets) => {
      const off = g.Sub(logits, targets);
      return meanOfLastAxis(g, g.Mul(off, off));
    },
  };
}

/** Every loss by its name. */
export const losses = { softmaxCrossEntropy, binaryCrossEntropy, meanSquaredError };

export type LossName = keyof typeof losses;

const sumOfLastAxis = (g: GraphBuilder, X: Value): Value => g.ReduceSum(X, g.ints([-1]), { keepdims: 0 });

const meanOfLastAxis = (g: GraphBuilder, X: Value): Value => g.ReduceMean(X, g.ints([-1]), { keepdims: 0 });

function smoothed(g: GraphBuilder, targets: Value, smoothing: number, spread: number): Value {
  if (smoothing === 0) return targets;
  return g.Add(g.Mul(targets, g.float(1 - smoothing)), g.float(spread));
}

function lastExtent({ shape }: Value): number {
  const extent = shape?.at(-1);
  return typeof extent === "number" ? extent : 1;
}
