import type { ExplainedImage, ExplainedRun } from "../../tasks/explain-run.ts";
import { pad } from "./columns.ts";
import { percent } from "./format.ts";
import { printableParts } from "./printable.ts";
import { type Terminal, widthOf } from "./terminal.ts";
import { printJson, type Ui } from "./ui.ts";
import { shortened, unreadableLines } from "./unreadable.ts";

type Explained = Exclude<ExplainedImage, { readonly error: unknown }>;

/**
 * Prints what was explained in a picture and where the overlay is, or why the model could not look.
 *
 * @param images all pictures asked for: their names give the width of a column
 */
export function printExplanation(found: ExplainedImage, images: readonly string[], ui: Ui): void {
  if (ui.json) printJson(ui, jsonOf(found));
  else if ("error" in found) for (const line of unreadableLines(found, ui.err)) ui.err.line(line);
  else ui.out.line(explanationLine(printableParts(found), { images: printableParts(images), terminal: ui.out }));
}

/** What was looked at: for a person who watches, and as the last object for a program. */
export function printLayer(
  { layer, ...counts }: Pick<ExplainedRun, "layer"> & { readonly explained: number; readonly failed: number },
  ui: Ui,
): void {
  if (ui.json) printJson(ui, { type: "result", layer, ...counts });
  else if (ui.out.live && counts.explained > 0) ui.out.line(ui.out.colors.dim(printableParts(layer.reason)));
}

function jsonOf(found: ExplainedImage): object {
  if ("error" in found) {
    const { code, message, hint } = found.error;
    return { type: "error", image: found.image, code, message, hint };
  }
  const { logits: _, heat, ...rest } = found;
  return { type: "explanation", ...rest, heat: { ...heat, data: Array.from(heat.data) } };
}

function explanationLine(
  { image, overlay, class: asked, predicted, heat }: Explained,
  { images, terminal }: { readonly images: readonly string[]; readonly terminal: Terminal },
): string {
  const { colors, live } = terminal;
  const widest = Math.max(...images.map(widthOf));
  const width = live ? Math.min(widest, Math.floor(terminal.columns / 2)) : widest;
  const isPredicted = asked.index === predicted.index;
  const instead = isPredicted ? "" : colors.dim(` (predicted: ${predicted.label}, ${percent(predicted.score)})`);
  const blank = heat.data.every((value) => value === 0) ? colors.dim(" (nothing speaks for it)") : "";
  const label = `${colors.bold(asked.label)}${instead}${blank}`;
  return [pad(shortened(image, width), width), pad(percent(asked.score), 6, true), label, `→ ${overlay}`].join("  ");
}
