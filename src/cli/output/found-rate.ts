import type { FoundLearningRate, RatePhase } from "../../tasks/find-learning-rate.ts";
import { rateText } from "../../tasks/rate-axes.ts";
import type { SuggestedRates } from "../../training/suggested-rates.ts";
import { columns } from "./columns.ts";
import { counted } from "./format.ts";
import { rateCurve } from "./rate-curve.ts";
import type { Terminal } from "./terminal.ts";

const rules: { readonly [R in keyof SuggestedRates]: string } = {
  valley: "half-way down the longest fall",
  steepest: "where the loss falls fastest",
  minimum: "a tenth of where the loss is lowest",
};

/** The flag of `train` that takes what was found. */
export const rateFlags: { readonly [P in RatePhase]: string } = { head: "--head-lr", tune: "--tune-lr" };

/** The curve, what it speaks for, what to type next. */
export function foundRateLines(
  found: FoundLearningRate,
  next: string,
  terminal: Pick<Terminal, "columns" | "colors">,
): readonly string[] {
  const { bold, dim, green, yellow } = terminal.colors;
  const { points, stopped, suggestion, suggestions, usual, optimizer, batch, phase, out } = found;
  const end = stopped === "diverged" ? "ended as the loss shot up" : "to the end";
  const about = `${counted(points.length, "update")}, ${end} · ${optimizer} · batch ${batch}`;
  const drawn = [
    "",
    `  ${bold("smoothed loss")} ${dim(`by learning rate · ${phase} · ${about}`)}`,
    "",
    ...rateCurve(found, terminal),
  ];
  const picture = out === null ? [] : ["", `  ${dim("picture →")} ${out}`];
  if (suggestion === null || suggestions === null)
    return [...drawn, "", `  ${yellow(`! no suggestion: ${nothing(found)}`)}`, ...picture];
  const rows = Object.entries(rules).map(([rule, about]) => [
    rule,
    rateText(suggestions[rule as keyof SuggestedRates]),
    dim(about),
  ]);
  return [
    ...drawn,
    "",
    `  ${green("✓")} ${bold(rateText(suggestion))} ${dim(`is suggested; train takes ${usual} by itself`)}`,
    "",
    ...columns(rows, { indent: 4 }),
    ...picture,
    "",
    dim("  next"),
    `    ${next}`,
  ];
}

const nothing = ({ points }: FoundLearningRate): string =>
  points.length < 20
    ? "the loss shot up at once; begin lower (--min-lr)"
    : "the loss did not fall at any rate; look at the pictures and classes, or go higher (--max-lr)";
