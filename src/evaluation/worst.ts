import type { Predictions } from "./predictions.ts";

/** An example that a model answers badly. Labels that stand side by side, and values, have no `truth` and `predicted`. */
export interface WorstExample {
  /** What a person would call the example: of a folder, the file's path inside of it. */
  readonly name: string;
  /** Its place in the data set, from 0. */
  readonly index: number;
  /** What the model was trained to lower, for this example. */
  readonly loss: number;
  readonly truth?: string;
  readonly predicted?: string;
  /** The score of `predicted`. */
  readonly score?: number;
  /** The score of `truth`. */
  readonly truthScore?: number;
}

/** Rows by falling loss: where a model is most wrong, or data are wrongly labelled. A loss that is not a number leads. */
export function topLosses({ losses }: Pick<Predictions, "losses">, most: number): readonly number[] {
  const badness = (row: number) => {
    const loss = losses[row] ?? 0;
    return Number.isNaN(loss) ? Number.POSITIVE_INFINITY : loss;
  };
  const rows = Array.from(losses, (_, row) => row);
  return rows.sort((a, b) => (badness(a) === badness(b) ? a - b : badness(b) > badness(a) ? 1 : -1)).slice(0, most);
}

/** The examples with the highest losses; of classes those alone that are answered wrongly. */
export function worstExamples(
  predictions: Predictions,
  { nameOf, most = 20 }: { readonly nameOf: (index: number) => string; readonly most?: number },
): readonly WorstExample[] {
  const { kind, losses, indices, truths, chosen, labels } = predictions;
  const all = topLosses(predictions, losses.length);
  const wrong = kind === "classes" ? all.filter((row) => truths[row] !== chosen[row]) : all;
  return wrong.slice(0, most).map((row) => {
    const [index = 0, truth = 0, choice = 0] = [indices[row], truths[row], chosen[row]];
    const example = { name: nameOf(index), index, loss: losses[row] ?? Number.NaN };
    if (kind !== "classes") return example;
    return {
      ...example,
      truth: labels[truth] ?? String(truth),
      predicted: labels[choice] ?? String(choice),
      score: predictions.score(row, choice),
      truthScore: predictions.score(row, truth),
    };
  });
}
