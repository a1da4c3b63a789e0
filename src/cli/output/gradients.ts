import type { GradientReport, LayerGradients } from "../../tasks/check-model-gradients.ts";
import { errorBars, type GradientVerdict } from "../../training/gradient-check.ts";
import { columns } from "./columns.ts";
import type { Colors } from "./terminal.ts";

/** A line per layer: how far its gradient is off, and how much of that the differences leave open. */
export function gradientLines({ layers, of, pictures, tolerance }: GradientReport, colors: Colors): readonly string[] {
  const { dim } = colors;
  const title = `gradients against differences of the loss: ${layers.length} of ${of} layers, ${pictures} pictures of noise`;
  const rule = `wrong is what is off by more than ${100 * tolerance}% and ${errorBars} times its ±`;
  return [
    "",
    `  ${dim(title)}`,
    `  ${dim(rule)}`,
    ...columns(
      layers.map((layer) => row(layer, colors)),
      { right: [3, 4] },
    ),
  ];
}

function row({ node, op, verdict, error, uncertainty, reason }: LayerGradients, colors: Colors): readonly string[] {
  const { dim } = colors;
  const numbers = [`off by ${share(error)}`, dim(`± ${share(uncertainty)}`)];
  return [
    mark(verdict, colors),
    node,
    dim(op),
    ...(verdict === "inconclusive" ? ["", ""] : numbers),
    dim(reason ?? ""),
  ];
}

const share = (value: number): string => `${(100 * value).toFixed(value < 0.001 ? 3 : 1)}%`;

const mark = (verdict: GradientVerdict, { green, red, yellow }: Colors): string =>
  ({ ok: green("✓"), fail: red("✗"), inconclusive: yellow("!") })[verdict];
