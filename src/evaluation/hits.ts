import type { Predictions } from "./predictions.ts";

/** Rows of predictions, some perhaps several times: a sample of them. */
export type Rows = Int32Array;

/** How often each class or label was said, was true, and was both, [C] each. */
export interface Hits {
  readonly examples: number;
  readonly right: Int32Array;
  readonly said: Int32Array;
  readonly present: Int32Array;
}

/** @param rows a sample; by default all */
export function hitsOf(predictions: Predictions, rows?: Rows): Hits {
  const { kind, count, labels } = predictions;
  const empty = () => new Int32Array(labels.length);
  const hits = { examples: rows?.length ?? count, right: empty(), said: empty(), present: empty() };
  const add = kind === "classes" ? addClass : addLabels;
  for (let at = 0; at < hits.examples; at++) add(hits, predictions, rows ? (rows[at] ?? 0) : at);
  return hits;
}

function addClass({ right, said, present }: Hits, { truths, chosen }: Predictions, row: number): void {
  const [truth = 0, choice = 0] = [truths[row], chosen[row]];
  said[choice] = (said[choice] ?? 0) + 1;
  present[truth] = (present[truth] ?? 0) + 1;
  if (truth === choice) right[truth] = (right[truth] ?? 0) + 1;
}

function addLabels({ right, said, present }: Hits, predictions: Predictions, row: number): void {
  for (let label = 0; label < predictions.labels.length; label++) {
    const [says, is] = [predictions.says(row, label), predictions.isTrue(row, label)];
    if (says) said[label] = (said[label] ?? 0) + 1;
    if (is) present[label] = (present[label] ?? 0) + 1;
    if (says && is) right[label] = (right[label] ?? 0) + 1;
  }
}
