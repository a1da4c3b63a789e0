import { type Activation, argmax } from "./scores.ts";

/**
 * How predictions are to be read: one class is true of an example ("classes"), several labels stand side by side ("labels"),
 * or outputs are numbers to be met ("values").
 */
export type PredictionKind = "classes" | "labels" | "values";

export interface PredictionsContent {
  /** Names of the C outputs, of two classes under a single sigmoid logit both; by default their numbers. */
  readonly labels?: readonly string[];
  readonly activation: Activation;
  /** Whether one class alone is true of an example. */
  readonly exclusive: boolean;
  /** Of two classes, the score of the second from which on it is chosen; by default the higher score is. From 0 to 1. */
  readonly threshold?: number | undefined;
  /** Which example of the data set each row is, [N]. */
  readonly indices: readonly number[];
  /** [N, C] flat, or [N] for a single sigmoid logit of two classes. */
  readonly logits: Float32Array;
  /** Shaped as `logits`. */
  readonly targets: Float32Array;
  /** What the model was trained to lower, of each example, [N]. */
  readonly losses: Float32Array;
}

/** What a model said of N examples, in C outputs, and what is true of them. No pictures: 8 · N · C bytes. */
export class Predictions {
  readonly kind: PredictionKind;
  readonly labels: readonly string[];
  readonly count: number;
  readonly indices: readonly number[];
  readonly losses: Float32Array;
  /** Whether scores are probabilities: not so under mean squared error. */
  readonly isProbable: boolean;
  readonly threshold: number | undefined;
  /** Of each example the class with the highest score, the first of several, [N]. */
  readonly tops: Int32Array;
  /** Of each example the class that is chosen, [N]: the top one, unless a threshold says otherwise. */
  readonly chosen: Int32Array;
  /** Of each example the true class, [N]. */
  readonly truths: Int32Array;
  readonly #activation: Activation;
  readonly #logits: Float32Array;
  readonly #targets: Float32Array;
  /** Of each example Σ exp(z_c − z_top) over all but the top class. */
  readonly #rests: Float64Array;

  constructor({ activation, exclusive, threshold, indices, logits, targets, losses, ...named }: PredictionsContent) {
    const width = indices.length === 0 ? 0 : logits.length / indices.length;
    const single = exclusive && activation === "sigmoid" && width === 1;
    const { labels = Array.from({ length: single ? 2 : width }, (_, output) => String(output)) } = named;
    this.kind = exclusive || activation === "softmax" ? "classes" : activation === "identity" ? "values" : "labels";
    this.labels = labels;
    this.count = indices.length;
    this.indices = indices;
    this.losses = losses;
    this.isProbable = activation !== "identity";
    this.threshold = threshold;
    // A single logit z is the two logits [0, z]: softmax of those is [1 − σ(z), σ(z)].
    this.#activation = single ? "softmax" : activation;
    this.#logits = single ? widened(logits, () => 0) : logits;
    this.#targets = single ? widened(targets, (target) => 1 - target) : targets;
    this.tops = rowwise(this.count, (row) => argmax(this.#row(this.#logits, row)));
    this.truths = rowwise(this.count, (row) => argmax(this.#row(this.#targets, row)));
    this.#rests = Float64Array.from({ length: this.count }, (_, row) => this.#rest(row));
    this.chosen =
      threshold === undefined || labels.length !== 2 || this.kind !== "classes"
        ? this.tops
        : rowwise(this.count, (row) => (this.score(row, 1) >= threshold ? 1 : 0));
  }

  /** What is true of an output of an example: 1 or 0 of classes and labels. */
  target(row: number, output: number): number {
    return this.#targets[row * this.labels.length + output] ?? 0;
  }

  /** A class' or a label's probability, or the value itself under mean squared error. */
  score(row: number, output: number): number {
    const z = this.#logit(row, output);
    if (this.#activation === "identity") return z;
    if (this.#activation === "sigmoid") return 1 / (1 + Math.exp(-z));
    return Math.exp(z - this.#top(row)) / (1 + (this.#rests[row] ?? 0));
  }

  /**
   * Rises with the score, and still tells scores apart that are rounded to 1: log(p / (1 − p)), or the value itself. In
   * float32, as logits are: what is left of the sums' rounding must not decide between equal scores.
   */
  rank(row: number, output: number): number {
    const z = this.#logit(row, output);
    if (this.#activation !== "softmax") return z;
    const [above, rest] = [z - this.#top(row), this.#rests[row] ?? 0];
    return Math.fround(above - Math.log(output === this.tops[row] ? rest : 1 + rest - Math.exp(above)));
  }

  /** log p of a class, finite where p itself is rounded to 0. */
  logScore(row: number, output: number): number {
    const z = this.#logit(row, output);
    if (this.#activation === "sigmoid") return -softplus(-z);
    return this.#activation === "identity" ? Math.log(z) : z - this.#top(row) - Math.log1p(this.#rests[row] ?? 0);
  }

  /** log(1 − p) of a label that has a sigmoid of its own. */
  logAgainst(row: number, output: number): number {
    return -softplus(this.#logit(row, output));
  }

  /** Whether a label is said to be true: its probability is above one half. */
  says(row: number, output: number): boolean {
    return this.kind === "classes" ? this.chosen[row] === output : this.#logit(row, output) > 0;
  }

  isTrue(row: number, output: number): boolean {
    return this.kind === "classes" ? this.truths[row] === output : this.target(row, output) > 0.5;
  }

  /** Whether the scores of an example sum to 1. */
  get sumsToOne(): boolean {
    return this.#activation === "softmax";
  }

  #logit(row: number, output: number): number {
    return this.#logits[row * this.labels.length + output] ?? Number.NaN;
  }

  #top(row: number): number {
    return this.#logit(row, this.tops[row] ?? 0);
  }

  #rest(row: number): number {
    if (this.#activation !== "softmax") return 0;
    const [top, at] = [this.#top(row), this.tops[row]];
    let sum = 0;
    for (const [output, z] of this.#row(this.#logits, row).entries()) if (output !== at) sum += Math.exp(z - top);
    return sum;
  }

  #row(values: Float32Array, row: number): Float32Array {
    const width = this.labels.length;
    return values.subarray(row * width, (row + 1) * width);
  }
}

const softplus = (z: number): number => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

const rowwise = (count: number, of: (row: number) => number): Int32Array =>
  Int32Array.from({ length: count }, (_, row) => of(row));

/** [N] as [N, 2]: what is made of each number, and the number. */
function widened(values: Float32Array, first: (value: number) => number): Float32Array {
  const wide = new Float32Array(2 * values.length);
  for (const [row, value] of values.entries()) wide.set([first(value), value], 2 * row);
  return wide;
}
