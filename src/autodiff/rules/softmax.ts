import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import type { GradientRules } from "../rule.ts";

const sumAlong = (g: GraphBuilder, X: Value, axis: number): Value => g.ReduceSum(X, g.ints([axis]), { keepdims: 1 });

export const softmaxRules = {
  // dX = Y·(dY − Σ dY·Y)
  Softmax: {
    input: ({ g, output: Y, dOutput: dY, attributes: { axis } }) =>
      g.Mul(Y, g.Sub(dY, sumAlong(g, g.Mul(dY, Y), axis))),
  },
  // dX = dY − exp(Y)·Σ dY
  LogSoftmax: {
    input: ({ g, output: Y, dOutput: dY, attributes: { axis } }) => g.Sub(dY, g.Mul(g.Exp(Y), sumAlong(g, dY, axis))),
  },
} satisfies Partial<GradientRules>;
