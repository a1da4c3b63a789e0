import { checkNumber, refuseUnknown } from "../base/options.ts";
import type { GraphBuilder, Value } from "../onnx/builder.ts";

/** A rule that moves a weight against its gradient. Emitted into the training program, once per weight. */
export interface Optimizer {
  readonly name: OptimizerName;
  readonly learningRate: number;
  /** Tensors kept for each weight, of its shape, zero at first. */
  readonly slots: readonly string[];
  /**
   * What the graph needs to know at each step, as float32 scalars: the learning rate and what follows from it. They
   * are inputs, so a schedule never rebuilds the graph; bias corrections are computed here in float64, because
   * 1 − 0.999 in float32 is already off by 1e-5.
   *
   * @param step counted from 1
   */
  scalars(learningRate: number, step: number): Readonly<Record<string, number>>;
  /** @returns the new weight, and the new value of each slot */
  update(weight: UpdateContext): { readonly W: Value; readonly slots: Readonly<Record<string, Value>> };
}

export interface UpdateContext {
  readonly g: GraphBuilder;
  readonly W: Value;
  readonly dW: Value;
  /** The old value of each slot. */
  readonly slot: (name: string) => Value;
  /** A number of `scalars`. */
  readonly scalar: (name: string) => Value;
}

interface LearningRate {
  /** Above 0. */
  readonly learningRate?: number;
  /** L2 penalty added to the gradient (AdamW: taken from the weight itself). From 0. */
  readonly weightDecay?: number;
}

export interface SgdOptions extends LearningRate {
  /** From 0 to below 1. */
  readonly momentum?: number;
  readonly nesterov?: boolean;
}

/**
 * Stochastic gradient descent: v ← μ·v + dW, W ← W − lr·v (Nesterov: W − lr·(dW + μ·v)).
 *
 * @throws {UsageError} "bad-option"
 * @see PyTorch SGD
 */
export function sgd({
  learningRate = 0.01,
  momentum = 0,
  nesterov = false,
  weightDecay = 0,
  ...rest
}: SgdOptions = {}): Optimizer {
  refuseUnknown("sgd", rest);
  check({ learningRate, weightDecay, momentum });
  return {
    name: "sgd",
    learningRate,
    slots: momentum > 0 ? ["momentum"] : [],
    scalars: (lr) => ({ learning_rate: lr }),
    update: ({ g, W, dW, slot, scalar }) => {
      const decayed = withDecay(g, W, dW, weightDecay);
      if (momentum === 0) return { W: g.Sub(W, g.Mul(decayed, scalar("learning_rate"))), slots: {} };
      const v = g.Add(g.Mul(slot("momentum"), g.float(momentum)), decayed);
      const direction = nesterov ? g.Add(decayed, g.Mul(v, g.float(momentum))) : v;
      return { W: g.Sub(W, g.Mul(direction, scalar("learning_rate"))), slots: { momentum: v } };
    },
  };
}

export interface AdamOptions extends LearningRate {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/**
 * Adam: m ← β₁m + (1−β₁)dW, v ← β₂v + (1−β₂)dW², W ← W − lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε).
 *
 * @throws {UsageError} "bad-option"
 * @see PyTorch Adam; Kingma and Ba, 2015
 */
export function adam({ weightDecay = 0, ...options }: AdamOptions = {}): Optimizer {
  const plain = adamCore("adam", options);
  check({ weightDecay });
  return { ...plain, update: (w) => plain.update({ ...w, dW: withDecay(w.g, w.W, w.dW, weightDecay) }) };
}

/**
 * AdamW: as Adam, but the weight first shrinks by lr·weightDecay instead of a penalty in the gradient.
 *
 * @throws {UsageError} "bad-option"
 * @see PyTorch AdamW; Loshchilov and Hutter, 2019
 */
export function adamw({ weightDecay = 0.01, ...options }: AdamOptions = {}): Optimizer {
  const plain = adamCore("adamw", options);
  check({ weightDecay });
  return {
    ...plain,
    scalars: (lr, step) => ({ ...plain.scalars(lr, step), shrink: 1 - lr * weightDecay }),
    update: (w) => plain.update({ ...w, W: w.g.Mul(w.W, w.scalar("shrink")) }),
  };
}

function adamCore(
  name: OptimizerName,
  { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, ...rest }: Omit<AdamOptions, "weightDecay">,
): Optimizer {
  refuseUnknown(name, rest);
  check({ learningRate, momentum: beta1 });
  checkNumber("beta2", beta2, { min: 0, lessThan: 1 });
  checkNumber("epsilon", epsilon, { moreThan: 0 });
  return {
    name,
    learningRate,
    slots: ["m", "v"],
    scalars: (lr, step) => ({ step_size: lr / (1 - beta1 ** step), root_scale: 1 / Math.sqrt(1 - beta2 ** step) }),
    update: ({ g, W, dW, slot, scalar }) => {
      const m = g.Add(g.Mul(slot("m"), g.float(beta1)), g.Mul(dW, g.float(1 - beta1)));
      const v = g.Add(g.Mul(slot("v"), g.float(beta2)), g.Mul(g.Mul(dW, dW), g.float(1 - beta2)));
      const root = g.Add(g.Mul(g.Sqrt(v), scalar("root_scale")), g.float(epsilon));
      return { W: g.Sub(W, g.Mul(g.Div(m, root), scalar("step_size"))), slots: { m, v } };
    },
  };
}

export interface RmspropOptions extends LearningRate {
  /** Share of the old mean square that is kept. From 0 to below 1. */
  readonly decay?: number;
  readonly momentum?: number;
  readonly epsilon?: number;
}

/**
 * RMSprop: s ← ρ·s + (1−ρ)·dW², d = dW / (√s + ε), with momentum b ← μ·b + d; W ← W − lr·b.
 *
 * @throws {UsageError} "bad-option"
 * @see PyTorch RMSprop
 */
export function rmsprop({
  learningRate = 1e-3,
  decay = 0.99,
  momentum = 0,
  epsilon = 1e-8,
  weightDecay = 0,
  ...rest
}: RmspropOptions = {}): Optimizer {
  refuseUnknown("rmsprop", rest);
  check({ learningRate, weightDecay, momentum });
  checkNumber("decay", decay, { min: 0, lessThan: 1 });
  checkNumber("epsilon", epsilon, { moreThan: 0 });
  return {
    name: "rmsprop",
    learningRate,
    slots: momentum > 0 ? ["square", "momentum"] : ["square"],
    scalars: (lr) => ({ learning_rate: lr }),
    update: ({ g, W, dW, slot, scalar }) => {
      const decayed = withDecay(g, W, dW, weightDecay);
      const square = g.Add(g.Mul(slot("square"), g.float(decay)), g.Mul(g.Mul(decayed, decayed), g.float(1 - decay)));
      const scaled = g.Div(decayed, g.Add(g.Sqrt(square), g.float(epsilon)));
      if (momentum === 0) return { W: g.Sub(W, g.Mul(scaled, scalar("learning_rate"))), slots: { square } };
      const b = g.Add(g.Mul(slot("momentum"), g.float(momentum)), scaled);
      return { W: g.Sub(W, g.Mul(b, scalar("learning_rate"))), slots: { square, momentum: b } };
    },
  };
}

/** Every optimizer by its name. */
export const optimizers = { sgd, adam, adamw, rmsprop };

export type OptimizerName = keyof typeof optimizers;

const withDecay = (g: GraphBuilder, W: Value, dW: Value, weightDecay: number): Value =>
  weightDecay === 0 ? dW : g.Add(dW, g.Mul(W, g.float(weightDecay)));

function check({
  learningRate,
  weightDecay,
  momentum,
}: {
  readonly learningRate?: number;
  readonly weightDecay?: number;
  readonly momentum?: number;
}): void {
  if (learningRate !== undefined) checkNumber("learningRate", learningRate, { moreThan: 0 });
  if (weightDecay !== undefined) checkNumber("weightDecay", weightDecay, { min: 0 });
  if (momentum !== undefined) checkNumber("momentum", momentum, { min: 0, lessThan: 1 });
}
