import { NoGradient } from "../autodiff/no-gradient.ts";
import { GraphError } from "../base/errors.ts";
import { refuseUnknown } from "../base/options.ts";
import { tensor } from "../base/tensor.ts";
import { argmax, scoresOf } from "../evaluation/scores.ts";
import type { HeatMap } from "../image/heat-overlay.ts";
import type { Box } from "../image/image.ts";
import { inputSize, preprocess, seenPart } from "../image/preprocess.ts";
import type { Preprocessing } from "../image/preprocessing.ts";
import { encodeForEngine } from "../onnx/encode-external.ts";
import type { Graph } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import { explainingNames, explainingProgram } from "../program/explaining-program.ts";
import { type FeatureMap, findMap } from "../rewrite/find-map.ts";
import { withoutDropout } from "../rewrite/without-dropout.ts";
import { float32Output } from "../runtime/outputs.ts";
import type { Session, Workspace } from "../runtime/runtime.ts";
import { classNamed } from "./class-named.ts";
import type { Finished, LabelScore } from "./classifier.ts";
import { drawOverlay, type OverlayPictureOptions } from "./draw-overlay.ts";
import { explainedLogits } from "./explained-logits.ts";
import type { Host } from "./host.ts";
import { openModel } from "./open-model.ts";
import { type Picture, readPicture } from "./pictures.ts";
import { explained } from "./unknown-ops.ts";

export interface ExplainerOptions {
  /** The node whose map is looked at; by default the last map in front of pooling. */
  readonly at?: string | undefined;
  /** Threads for each op; by default the machine's cores. */
  readonly threads?: number | undefined;
  /** A preset's name or the numbers, where the model does not tell how pictures are prepared. */
  readonly preprocessing?: string | Preprocessing | undefined;
}

/** What is explained: a class, by its name or number. The predicted one by default. */
export interface ExplainedClass {
  readonly class?: string | number | undefined;
}

export interface ScoredClass extends LabelScore {
  /** Its number, from 0. */
  readonly index: number;
}

/** Where in a picture a model sees a class. */
export interface Explanation {
  /** The class that is explained. */
  readonly class: ScoredClass;
  /** The one with the highest score. */
  readonly predicted: ScoredClass;
  /** [C], as the model gave them. */
  readonly logits: Float32Array;
  /** What speaks for the class, from 0, place by place of `crop`; in the units of the logits and of the model's map. */
  readonly heat: HeatMap;
  /** The part of the picture that the model sees, in the picture's pixels; see `seenPart`. */
  readonly crop: Box;
}

/**
 * A model that tells where it looks: loaded once, asked for as many pictures as one likes. `close` frees it.
 *
 *     const explainer = await openExplainer("runs/photos", {}, host);
 *     const found = await explainer.explain(picture);
 *     const jpeg = await explainer.overlay(picture, found, { longSide: 320, format: "jpeg" });
 */
export class Explainer {
  readonly labels: readonly string[];
  readonly map: FeatureMap;
  readonly #model: Finished;
  readonly #host: Host;
  readonly #workspace: Workspace;
  readonly #session: Session;

  private constructor(model: Finished, { map, host, ...engine }: Opened) {
    this.#model = model;
    this.labels = model.labels;
    this.map = map;
    this.#host = host;
    this.#workspace = engine.workspace;
    this.#session = engine.session;
  }

  /** @throws {GraphError} "no-feature-map" · "no-such-node" · "no-gradient" · {HostError} "engine-failed" */
  static async open(model: Finished, { at, threads }: ExplainerOptions, host: Host): Promise<Explainer> {
    const graph = withoutDropout(model.graph);
    const map = findMap(graph, { at });
    const program = differentiated(graph, map);
    const workspace = await host.runtime.open({ threads: threads ?? host.threads });
    try {
      const session = await workspace.load(encodeForEngine(modelOf(program)));
      return new Explainer(model, { map, host, workspace, session });
    } catch (error) {
      await workspace.close();
      throw explained(error, program);
    }
  }

  /**
   * Where in a picture the model sees a class.
   *
   * @throws {UsageError} "bad-option" for an unknown class · {DataError} "no-such-file" · "unreadable-image"
   */
  async explain(picture: Picture, { class: wanted, ...rest }: ExplainedClass = {}): Promise<Explanation> {
    refuseUnknown("explain", rest);
    const { preprocessing, labels } = this.#model;
    const asked = wanted === undefined ? undefined : classNamed(labels, wanted);
    const image = await readPicture(picture, this.#host);
    const pixels = preprocess(image, preprocessing);
    const first = await this.#run(pixels, asked);
    const best = argmax(this.#scores(first.logits));
    const { logits, heat } = asked === undefined ? await this.#run(pixels, best) : first;
    const scored = (index: number): ScoredClass => ({
      index,
      label: labels[index] ?? String(index),
      score: this.#scores(logits)[index] ?? Number.NaN,
    });
    const crop = seenPart(image, preprocessing);
    return { class: scored(asked ?? best), predicted: scored(best), logits, heat, crop };
  }

  /** The picture with its heat map laid over the part that the model saw, as a file's bytes. @throws as `explain` */
  async overlay(
    picture: Picture,
    explanation: Pick<Explanation, "heat" | "crop">,
    options: OverlayPictureOptions = {},
  ): Promise<Uint8Array> {
    return drawOverlay(await readPicture(picture, this.#host), explanation, options, this.#host);
  }

  close(): Promise<void> {
    return this.#workspace.close();
  }

  #scores(logits: Float32Array): readonly number[] {
    return scoresOf(logits, this.#model.loss.activation);
  }

  /** @param index the class to explain; undefined where only the logits are asked for */
  async #run(pixels: Float32Array, index: number | undefined) {
    const { graph, preprocessing, loss } = this.#model;
    const { width, height } = inputSize(preprocessing);
    const [input, output] = [graph.inputs[0]?.name ?? "", graph.outputs[0]];
    const count = Number(output?.shape?.[1]);
    const outputs = await this.#session.run({
      // the engine may take buffers over
      [input]: tensor("float32", [1, 3, height, width], pixels.slice()),
      [explainingNames.classWeights]: tensor("float32", [1, count], explainedLogits(index, count, loss.activation)),
    });
    const { height: rows, width: columns } = this.map.places;
    const heat = { data: float32Output(outputs, explainingNames.heat), height: rows, width: columns };
    return { logits: float32Output(outputs, output?.name ?? ""), heat };
  }
}

interface Opened {
  readonly map: FeatureMap;
  readonly host: Host;
  readonly workspace: Workspace;
  readonly session: Session;
}

/**
 * Opens a run folder, a model folder or an .onnx file to be asked where it sees what.
 *
 * @throws what `openModel` and `Explainer.open` throw
 */
export async function openExplainer(path: string, options: ExplainerOptions, host: Host): Promise<Explainer> {
  const { at, threads, preprocessing, ...rest } = options;
  refuseUnknown("openExplainer", rest);
  const model = await openModel(path, { ...host, preprocessing });
  return Explainer.open(model, { at, threads }, host);
}

/** One picture, with a model that is opened for it and closed again. @throws what `openExplainer` and `explain` throw */
export async function explainPicture(
  path: string,
  picture: Picture,
  { class: wanted, ...options }: ExplainerOptions & ExplainedClass,
  host: Host,
): Promise<Explanation> {
  const explainer = await openExplainer(path, options, host);
  try {
    return await explainer.explain(picture, { class: wanted });
  } finally {
    await explainer.close();
  }
}

function differentiated(graph: Graph, map: FeatureMap): Graph {
  try {
    return explainingProgram(graph, map);
  } catch (cause) {
    if (!(cause instanceof NoGradient)) throw cause;
    throw new GraphError("no-gradient", cause.message, {
      hint: "Look at a map behind that node: name the node that makes it.",
      cause,
    });
  }
}
