import type { Predictions } from "./predictions.ts";

/**
 * Predictions as a table, a line per example under a line of names, in RFC 4180's form: the example's name, what is true,
 * what was chosen and its score, the loss, and a column "score:<label>" per class. Labels that stand side by side, and
 * values, have a column "true:<label>" each in place of truth, choice and score.
 */
export function predictionsCsv(
  predictions: Predictions,
  { nameOf = String }: { readonly nameOf?: (index: number) => string } = {},
): string {
  const { kind, labels, indices, losses, truths, chosen } = predictions;
  const own = kind === "classes" ? ["truth", "predicted", "score"] : labels.map((label) => `true:${label}`);
  const rows = indices.map((index, row) => {
    const [truth = 0, choice = 0] = [truths[row], chosen[row]];
    const told =
      kind === "classes"
        ? [labels[truth] ?? "", labels[choice] ?? "", predictions.score(row, choice)]
        : labels.map((_, output) => predictions.target(row, output));
    const scores = labels.map((_, output) => predictions.score(row, output));
    return [nameOf(index), ...told, losses[row] ?? "", ...scores];
  });
  const header = ["name", ...own, "loss", ...labels.map((label) => `score:${label}`)];
  return [header, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function cell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
