import { withoutAnySecrets } from "../../hub/web-address.ts";
import type { PredictedImage } from "../../tasks/predict-run.ts";
import { bar } from "./bar.ts";
import { pad } from "./columns.ts";
import { failureOf } from "./error-lines.ts";
import { percent } from "./format.ts";
import { printableParts } from "./printable.ts";
import { type Terminal, widthOf } from "./terminal.ts";
import { printJson, type Ui } from "./ui.ts";
import { shortened, unreadableLines } from "./unreadable.ts";

const barWidth = 16;

type Prediction = Exclude<PredictedImage, { readonly error: unknown }>;

/**
 * Prints what a model sees in a picture, or why it could not look.
 *
 * @param images all pictures asked for: their names give the width of a column
 */
export function printPrediction(found: PredictedImage, images: readonly string[], ui: Ui): void {
  if (ui.json) printJson(ui, jsonOf(found));
  else if ("error" in found) for (const line of unreadableLines(found, ui.err)) ui.err.line(line);
  else
    for (const line of predictionLines(printableParts(found), { images: printableParts(images), terminal: ui.out }))
      ui.out.line(line);
}

function jsonOf(found: PredictedImage): object {
  if (!("error" in found)) return { type: "prediction", ...found };
  const { code, message, hint } = failureOf(found.error);
  return { type: "error", image: withoutAnySecrets(found.image), code, message, hint };
}

/**
 * A line per class, the best one first. A person sees the name once and bars; a program gets lines that each say all.
 */
function predictionLines(
  { image, top }: Prediction,
  { images, terminal }: { readonly images: readonly string[]; readonly terminal: Terminal },
): readonly string[] {
  const { colors, live } = terminal;
  const widest = Math.max(...images.map(widthOf));
  const width = live ? Math.min(widest, Math.floor(terminal.columns / 2)) : widest;
  return top.map(({ label, score }, rank) => {
    const name = pad(rank === 0 || !live ? shortened(image, width) : "", width);
    const drawn = live ? [bar(score, { width: barWidth, colors })] : [];
    return [name, pad(percent(score), 6, true), ...drawn, rank === 0 ? colors.bold(label) : label].join("  ");
  });
}
