import { checkNumber } from "../base/options.ts";
import { sizeOf } from "../base/shape.ts";
import { tensor } from "../base/tensor.ts";
import type { BadImageLedger } from "../data/bad-images.ts";
import type { Dataset } from "../data/dataset.ts";
import type { WatchedName } from "../evaluation/measures.ts";
import { predictionLog } from "../evaluation/prediction-log.ts";
import type { Predictions } from "../evaluation/predictions.ts";
import { scoresOf } from "../evaluation/scores.ts";
import type { Means } from "../evaluation/tally.ts";
import type { RgbImage } from "../image/image.ts";
import { inputSize, preprocess } from "../image/preprocess.ts";
import type { Preprocessing } from "../image/preprocessing.ts";
import { encodeForEngine } from "../onnx/encode-external.ts";
import type { Graph } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import type { Loss } from "../program/losses.ts";
import { evaluationProgram, names } from "../program/training-program.ts";
import { float32Output } from "../runtime/outputs.ts";
import type { Session, Tensors, Workspace } from "../runtime/runtime.ts";
import { evaluate } from "../training/fit.ts";
import { pixelSource } from "../training/pixel-source.ts";
import type { Examples } from "../training/source.ts";
import { checkClasses } from "./classes.ts";
import type { Host } from "./host.ts";
import { targetsOf } from "./targets.ts";
import { explained } from "./unknown-ops.ts";

/** A finished model: a graph with its labels and preprocessing. */
export interface Finished {
  /** Pictures in, logits [N, C] out. */
  readonly graph: Graph;
  readonly labels: readonly string[];
  readonly preprocessing: Preprocessing;
  /** What the model was trained to lower; it also says how logits become scores. */
  readonly loss: Loss;
  /** Of two classes, the score of the second from which on it is chosen; by default the higher score is. */
  readonly threshold?: number | undefined;
}

export interface LabelScore {
  readonly label: string;
  /** From 0 to 1, except under mean squared error. */
  readonly score: number;
}

export interface Prediction extends LabelScore {
  /** The highest scores, falling; its first entry is the prediction itself, which a threshold may put in front. */
  readonly top: readonly LabelScore[];
  /** [C], as the model gave them. */
  readonly logits: Float32Array;
}

export interface EvaluateDatasetOptions {
  readonly batch?: number;
  readonly metrics?: readonly WatchedName[];
  readonly ledger: BadImageLedger;
}

/** What a model said of a whole data set. */
export interface Judged {
  readonly means: Means;
  readonly predictions: Predictions;
}

/** A finished model loaded to answer. The weights are constants, so that onnxruntime can lay them out for speed. */
export class Classifier {
  readonly #model: Finished;
  readonly #workspace: Workspace;
  readonly #session: Session;
  readonly #units: number;

  private constructor(model: Finished, workspace: Workspace, session: Session, units: number) {
    this.#model = model;
    this.#workspace = workspace;
    this.#session = session;
    this.#units = units;
  }

  /** @throws {HostError} "engine-failed" */
  static async open(
    model: Finished,
    { threads, host }: { readonly threads: number; readonly host: Host },
  ): Promise<Classifier> {
    const { graph } = evaluationProgram(model.graph, { trainable: [], loss: model.loss });
    const workspace = await host.runtime.open({ threads });
    try {
      const units = graph.inputs.find(({ name }) => name === names.targets)?.shape?.[1];
      const session = await workspace.load(encodeForEngine(modelOf(graph)));
      return new Classifier(model, workspace, session, typeof units === "number" ? units : 0);
    } catch (error) {
      await workspace.close();
      throw explained(error, graph);
    }
  }

  /** Loss and metrics over a data set whose classes are the model's labels. @throws {DataError} "class-mismatch" */
  async evaluate(dataset: Dataset, options: EvaluateDatasetOptions): Promise<Means> {
    return (await this.judge(dataset, options)).means;
  }

  /**
   * What the model says of every picture, and what is true: logits are kept, pictures are not.
   *
   * @throws {DataError} "class-mismatch"
   */
  async judge(
    dataset: Dataset,
    { batch = 32, metrics = ["accuracy"], ledger }: EvaluateDatasetOptions,
  ): Promise<Judged> {
    const { loss, preprocessing, labels, threshold } = this.#model;
    const { activation } = loss;
    checkClasses(dataset, this.#model.labels);
    const target = targetsOf(dataset, { loss, units: this.#units });
    const source = pixelSource({
      dataset,
      ledger,
      target,
      ...this.#input(),
      prepare: (image, into) => preprocess(image, preprocessing, into),
    });
    const answer = ({ inputs, targets, indices }: Examples) => this.#run(inputs, targets, indices.length);
    const exclusive = dataset.targets === undefined;
    const log = predictionLog({ labels, activation, exclusive, threshold });
    const how = { source, batch, metrics, activation, exclusive, threshold, onBatch: log.add };
    const means = await evaluate({ evaluate: answer }, how);
    return { means, predictions: log.predictions() };
  }

  /** All pictures at once, see `predictPrepared`. */
  predict(images: readonly RgbImage[], options: { readonly top?: number } = {}): Promise<readonly Prediction[]> {
    return this.predictPrepared(
      images.map((image) => this.prepare(image)),
      options,
    );
  }

  /** A picture as the model's input: what is kept of it until others are read too, a fraction of a photo. */
  prepare(image: RgbImage): Float32Array {
    return preprocess(image, this.#model.preprocessing);
  }

  /**
   * All pictures at once; none gives no prediction.
   *
   * @param prepared what `prepare` made of each picture
   * @param top labels to give for each picture, from 1
   * @throws {UsageError} "bad-option"
   */
  async predictPrepared(
    prepared: readonly Float32Array[],
    { top = 5 }: { readonly top?: number } = {},
  ): Promise<readonly Prediction[]> {
    checkNumber("top", top, { min: 1, integer: true });
    if (prepared.length === 0) return [];
    const { loss } = this.#model;
    const { input, shape } = this.#input();
    const length = sizeOf(shape);
    const pixels = new Float32Array(prepared.length * length);
    for (const [at, numbers] of prepared.entries()) pixels.set(numbers, at * length);
    const inputs = { [input]: tensor("float32", [prepared.length, ...shape], pixels) };
    const { logits } = await this.#run(inputs, new Float32Array(prepared.length * this.#units), prepared.length);
    return prepared.map((_, row) => {
      const own = logits.slice(row * this.#units, (row + 1) * this.#units);
      return ranked(scoresOf(own, loss.activation), { ...this.#model, top, logits: own });
    });
  }

  close(): Promise<void> {
    return this.#workspace.close();
  }

  #input() {
    const { width, height } = inputSize(this.#model.preprocessing);
    const shape = this.#model.preprocessing.layout === "NCHW" ? [3, height, width] : [height, width, 3];
    return { input: this.#model.graph.inputs[0]?.name ?? "", shape };
  }

  async #run(inputs: Tensors, targets: Float32Array, count: number) {
    const fed = { ...inputs, [names.targets]: tensor("float32", [count, this.#units], targets.slice()) };
    const outputs = await this.#session.run(fed);
    const output = this.#model.graph.outputs[0]?.name ?? "";
    return { losses: float32Output(outputs, names.losses), logits: float32Output(outputs, output) };
  }
}

interface Ranked extends Pick<Finished, "labels" | "threshold"> {
  readonly top: number;
  readonly logits: Float32Array;
}

function ranked(scores: readonly number[], { labels, threshold, top, logits }: Ranked): Prediction {
  const all = scores.map((score, at) => ({ label: labels[at] ?? String(at), score }));
  const falling = [...all].sort((a, b) => b.score - a.score);
  const isSecond = threshold !== undefined && scores.length === 2 && (scores[1] ?? 0) >= threshold;
  const chosen = threshold !== undefined && scores.length === 2 ? all[isSecond ? 1 : 0] : falling[0];
  const best = [...(chosen ? [chosen] : []), ...falling.filter((row) => row !== chosen)].slice(0, top);
  const [first = { label: "", score: 0 }] = best;
  return { ...first, top: best, logits };
}
