import type { Dim } from "../../base/shape.ts";
import { broadcast } from "./broadcast.ts";
import { type Inferred, type PartialShape, shaped } from "./known.ts";
import { demand, type RuleContext, type ShapeRules } from "./rule.ts";

/** Sums of products over named axes. */
export const einsumRules = {
  Einsum: (context) => [einsum(context)],
} satisfies Partial<ShapeRules>;

/** The axes of every operand and of the output as labels, one for each axis. */
export interface EinsumTerms {
  readonly operands: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/**
 * Reads an equation such as "bij,bjk->bik". The axes behind an ellipsis get labels of their own, counted from the right
 * as in broadcasting; where no output is written, it has the ellipsis and the letters that stand once, in order.
 *
 * @param ranks how many axes each operand has
 * @returns labels: a letter, or "...1" for the last axis behind an ellipsis, "...2" for the one before
 * @throws {ShapeConflict} where equation and operands do not fit
 */
export function einsumTerms(equation: string, ranks: readonly number[]): EinsumTerms {
  const [left = "", right, ...more] = equation.replaceAll(" ", "").split("->");
  const terms = left.split(",");
  demand(more.length === 0 && terms.length === ranks.length, () => `"${equation}" is not for ${ranks.length} operands`);
  const operands = terms.map((term, at) => labelsOf(term, ranks[at] ?? 0));
  const ellipsis = operands.reduce((most, labels) => Math.max(most, labels.filter(isBehindEllipsis).length), 0);
  const output = right === undefined ? implicitOutput(operands, ellipsis) : expanded(right, ellipsis);
  const known = new Set(operands.flat());
  for (const label of output) demand(known.has(label), () => `"${equation}" gives out ${label}, which no operand has`);
  demand(new Set(output).size === output.length, () => `"${equation}" gives out one axis twice`);
  return { operands, output };
}

const ELLIPSIS = "...";
const isBehindEllipsis = (label: string): boolean => label.startsWith(ELLIPSIS);

function labelsOf(term: string, rank: number): readonly string[] {
  const letters = term.replace(ELLIPSIS, "").length;
  const labels = expanded(term, term.includes(ELLIPSIS) ? rank - letters : 0);
  demand(labels.length === rank, () => `"${term}" does not name the axes of an operand of rank ${rank}`);
  return labels;
}

/** @param ellipsis how many axes "..." stands for */
function expanded(term: string, ellipsis: number): readonly string[] {
  const [before = "", after = ""] = term.split(ELLIPSIS);
  return [...before, ...(term.includes(ELLIPSIS) ? ellipsisLabels(ellipsis) : []), ...after];
}

const ellipsisLabels = (count: number): readonly string[] =>
  Array.from({ length: Math.max(count, 0) }, (_, at) => `${ELLIPSIS}${count - at}`);

function implicitOutput(operands: EinsumTerms["operands"], ellipsis: number): readonly string[] {
  const letters = operands.flat().filter((label) => !isBehindEllipsis(label));
  const single = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter));
  return [...ellipsisLabels(ellipsis), ...single.sort()];
}

function einsum({ Inputs, attributes: { equation } }: RuleContext<"Einsum">): Inferred {
  const dtype = Inputs[0]?.dtype ?? "float32";
  demand(equation !== undefined, () => "Einsum needs an equation");
  const shapes = Inputs.map(({ shape }) => shape);
  const known = shapes.filter((shape) => shape !== undefined);
  if (known.length < shapes.length) return shaped(dtype, undefined);
  const { operands, output } = einsumTerms(
    equation,
    known.map((shape) => shape.length),
  );
  const extents = extentsByLabel(operands, known);
  return shaped(
    dtype,
    output.map((label) => extents.get(label)),
  );
}

function extentsByLabel(
  operands: EinsumTerms["operands"],
  shapes: readonly PartialShape[],
): ReadonlyMap<string, Dim | undefined> {
  const extents = new Map<string, Dim | undefined>();
  for (const [at, labels] of operands.entries()) {
    for (const [axis, label] of labels.entries()) {
      const [extent] = broadcast([[extents.has(label) ? extents.get(label) : 1], [shapes[at]?.[axis]]]) ?? [];
      extents.set(label, extent);
    }
  }
  return extents;
}
