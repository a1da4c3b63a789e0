import type { Value } from "../../onnx/builder.ts";
import { einsumTerms } from "../../onnx/shapes/einsum.ts";
import { expandLike, shapeOf } from "../extents.ts";
import { NoGradient } from "../no-gradient.ts";
import type { GradientContext, GradientRules } from "../rule.ts";

/**
 * Y = einsum(A, B, ...): dA is the einsum of dY and all operands but A, with A's axes as its output. An axis that only A
 * has was summed over: there every element gets the same.
 */
export const einsumRules = {
  Einsum: { Inputs: einsumGradient },
} satisfies Partial<GradientRules>;

function einsumGradient(context: GradientContext<"Einsum">): Value {
  const { g, Inputs, at, dOutput } = context;
  const { operands, output } = lettered(context);
  const [own = [], X = dOutput] = [operands[at], Inputs[at]];
  const others = operands.filter((_, other) => other !== at);
  const known = new Set([output, ...others].flat());
  const kept = own.filter((letter) => known.has(letter));
  const equation = `${[output, ...others].map((letters) => letters.join("")).join(",")}->${kept.join("")}`;
  const factors = Inputs.filter((_, other) => other !== at);
  const product = g.Einsum(dOutput, ...factors, { equation });
  const summed = own.flatMap((letter, axis) => (known.has(letter) ? [] : [axis]));
  return expandLike(g, summed.length === 0 ? product : g.Unsqueeze(product, g.ints(summed)), X);
}

interface Letters {
  readonly operands: readonly (readonly string[])[];
  readonly output: readonly string[];
}

const ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** The equation with a letter of its own for each axis, those behind an ellipsis too. */
function lettered({ node, Inputs, attributes: { equation = "" } }: GradientContext<"Einsum">): Letters {
  const { operands, output } = einsumTerms(
    equation,
    Inputs.map((input) => shapeOf(input).length),
  );
  for (const labels of operands) {
    const twice = labels.find((label, at) => labels.indexOf(label) !== at);
    if (twice !== undefined)
      throw new NoGradient(node, `"${equation}" takes a diagonal ("${twice}" twice in one operand)`);
  }
  const letters = new Map([...new Set(operands.flat())].map((label, at) => [label, ALPHABET.charAt(at)] as const));
  const inLetters = (labels: readonly string[]) => labels.map((label) => letters.get(label) ?? label);
  return { operands: operands.map(inLetters), output: inLetters(output) };
}
