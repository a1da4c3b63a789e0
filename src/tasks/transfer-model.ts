import { GraphError, TrainingError, UsageError } from "../base/errors.ts";
import { checkNumber, refuseUnknown } from "../base/options.ts";
import { random } from "../base/random.ts";
import { sizeOf } from "../base/shape.ts";
import { type BadImage, badImageLedgers } from "../data/bad-images.ts";
import type { Dataset } from "../data/dataset.ts";
import type { PreparedPictures } from "../data/prepared-pictures.ts";
import type { Means } from "../evaluation/tally.ts";
import type { Augmentation } from "../image/augment.ts";
import { writeAdapterFolder } from "../models/write-adapter-folder.ts";
import type { Graph } from "../onnx/graph.ts";
import type { Loss } from "../program/losses.ts";
import { constant, type Schedule } from "../program/schedules.ts";
import type { Layer } from "../rewrite/layers.ts";
import { loraWeights } from "../rewrite/lora.ts";
import { mergeLora } from "../rewrite/merge-lora.ts";
import { selectTrainable, type Unfreeze, weightNames } from "../rewrite/trainable.ts";
import { withWeights } from "../rewrite/weights.ts";
import type { Tensors } from "../runtime/runtime.ts";
import type { EpochRecord } from "../training/epoch-record.ts";
import type { Callback } from "../training/events.ts";
import { type FitResume, fit as fitTrainer, type History, type Signal } from "../training/fit.ts";
import { checkedRamp, type RangeTest, type RangeTestOptions, rangeTest } from "../training/range-test.ts";
import type { Source } from "../training/source.ts";
import { type SuggestedRates, suggestedRates } from "../training/suggested-rates.ts";
import {
  type Assembly,
  type AssemblyOptions,
  assemble,
  type CacheOptions,
  cacheOptions,
  checkedMemory,
  preparedPictures,
} from "./assembly.ts";
import type { Base } from "./base-model.ts";
import { classWeightsOf } from "./class-weights.ts";
import { checkClasses } from "./classes.ts";
import { Classifier, type Finished, type Judged, type Prediction } from "./classifier.ts";
import { type Compiled, type CompileOptions, compiled, named } from "./compile.ts";
import { finished } from "./finished.ts";
import { type ExpectedFit, expectedFit, type FitMemory } from "./fit-memory.ts";
import type { Host } from "./host.ts";
import { type Adapters, adapterContent, addAdapters, type LoraOptions } from "./lora.ts";
import { type Picture, predictPictures } from "./pictures.ts";
import { orderOf, type Sampling, samplings } from "./sampling.ts";
import { type SaveOptions, saveModel } from "./save-model.ts";
import { checkThreshold, chosenThreshold, requireTwoClasses, type ThresholdChoice } from "./threshold.ts";
import { checkGradients } from "./trainable-from.ts";

export interface FitModelOptions {
  /** The epoch to stop after, counted over all calls. */
  readonly epochs: number;
  /** Epochs done before; the history goes on from there. */
  readonly initialEpoch?: number;
  readonly validation?: Dataset | undefined;
  /** Examples per step. */
  readonly batch?: number;
  readonly schedule?: Schedule;
  readonly callbacks?: readonly Callback[];
  readonly signal?: Signal | undefined;
  /** Where another process stood in the same `fit`: it goes on there. */
  readonly resume?: FitResume | undefined;
  /** Random crops and flips of the training pictures; features are then not cached. */
  readonly augment?: Augmentation | undefined;
  readonly cache?: Partial<CacheOptions>;
  /** Which examples an epoch has; by default each once. */
  readonly sampling?: Sampling;
  /** Share of the pictures, training and validation together, that may be unreadable before training stops. From 0 to 1. */
  readonly maxBadFraction?: number;
  /** Whether training that would take more memory than there is is refused before it starts. */
  readonly checkMemory?: boolean;
  /** Hears, before anything is computed, whether features of the frozen part will be cached. */
  readonly onStart?: ((start: { readonly cached: boolean }) => void) | undefined;
  /** Hears how far the frozen part has come through the pictures, before the first epoch. */
  readonly onFeatures?: ((split: "train" | "val", done: number, total: number) => void) | undefined;
}

export interface LearningRateOptions
  extends Pick<FitModelOptions, "batch" | "augment" | "cache" | "maxBadFraction" | "onFeatures" | "signal">,
    Pick<RangeTestOptions, "from" | "to" | "steps" | "smoothing" | "divergence" | "onPoint"> {}

/** What a range test saw, and what it speaks for. */
export interface LearningRateCurve extends RangeTest {
  /** The valley's. */
  readonly suggestion: number | undefined;
  /** Undefined where the loss never fell, or too few points are left. */
  readonly suggestions: SuggestedRates | undefined;
}

export interface EvaluateModelOptions {
  readonly batch?: number;
  readonly maxBadFraction?: number;
}

interface AssembledOptions {
  readonly augment: Augmentation | undefined;
  readonly cache: Partial<CacheOptions> | undefined;
  readonly expected: ExpectedFit | undefined;
}

/** What a `fit` is asked to do, as far as its memory goes by it. */
export interface CheckMemoryOptions extends Pick<FitModelOptions, "validation" | "batch" | "augment" | "cache"> {
  /** Whether callbacks copy the whole state out of the engine, as checkpoints do. */
  readonly snapshots?: boolean;
}

/** What is trained on, and what else is read. */
type Datasets = readonly [train: Dataset, ...others: Dataset[]];

const together = (train: Dataset, validation: Dataset | undefined): Datasets => [
  train,
  ...(validation ? [validation] : []),
];

interface Grafted {
  readonly base: Base;
  readonly graph: Graph;
  /** The new layers. */
  readonly head: readonly Layer[];
  /** Names of their weights. */
  readonly added: readonly string[];
  readonly seed: number;
  readonly threads: number;
}

/** What a model knows that was trained before. */
export interface Trained {
  readonly adapters: Adapters;
  readonly classes: readonly string[];
  readonly compiled: Compiled;
  readonly multiLabel: boolean;
}

interface Answerer {
  readonly graph: Graph;
  readonly loss: Loss;
  readonly classes: readonly string[];
  readonly classifier: Promise<Classifier>;
}

/**
 * A base with new layers: what a transfer-learning tutorial calls the model. Compile it, fit it with the base frozen,
 * unfreeze, compile again at a low learning rate, fit on; evaluate, predict, save.
 */
export class TransferModel {
  readonly base: Base;
  readonly #host: Host;
  readonly #grafted: Grafted;
  readonly #ledgers = badImageLedgers();
  #graph: Graph;
  #unfreeze: Unfreeze;
  #compiled: Compiled | undefined;
  #classes: readonly string[] | undefined;
  readonly #history: EpochRecord[] = [];
  /** Whether the labels of an example stand side by side. */
  #multiLabel = false;
  #answerer: Answerer | undefined;
  #threshold: number | undefined;
  #adapters: Adapters | undefined;
  /** Of the last `fit`: the next one need not decode them again. */
  #kept: { readonly memoryBytes: number; readonly pictures: PreparedPictures } | undefined;

  constructor(grafted: Grafted, host: Host, trained?: Trained) {
    this.base = grafted.base;
    this.#host = host;
    this.#grafted = grafted;
    this.#graph = grafted.graph;
    this.#unfreeze = grafted.base.trainable && !trained ? "all" : "none";
    this.#adapters = trained?.adapters;
    this.#classes = trained?.classes;
    this.#compiled = trained?.compiled;
    this.#multiLabel = trained?.multiLabel ?? false;
  }

  /** Pictures in, logits [N, C] out, with the weights as they are now; low-rank adapters beside the layers they adapt. */
  get graph(): Graph {
    return this.#graph;
  }

  /** Names of the weights that the next `fit` trains: the new layers', adapters, and what of the base is not frozen. */
  get trainable(): readonly string[] {
    const adapters = this.#adapters ? loraWeights(this.#adapters.lora) : [];
    return selectTrainable(this.#graph, { unfreeze: this.#unfreeze, always: [...adapters, ...this.#grafted.added] });
  }

  /** How many numbers are trained, and how many stay as they are. */
  get parameters(): { readonly trainable: number; readonly frozen: number } {
    const count = (names: readonly string[]) =>
      names.reduce((sum, name) => sum + sizeOf(this.#graph.initializers.get(name)?.shape ?? [0]), 0);
    const trainable = new Set(this.trainable);
    return {
      trainable: count([...trainable]),
      frozen: count(weightNames(this.#graph).filter((name) => !trainable.has(name))),
    };
  }

  /** The low-rank adapters, and which layers have none and why; undefined without `addLora`. */
  get lora(): Adapters | undefined {
    return this.#adapters;
  }

  /** Pictures left out so far because they could not be read. */
  get skipped(): readonly BadImage[] {
    return this.#ledgers.list();
  }

  /** Pictures of a data set that could not be read so far. */
  leftOut(dataset: Dataset): readonly BadImage[] {
    return this.#ledgers.for(dataset).list();
  }

  /** Leaves out what an earlier process could not read of a data set. */
  recall(dataset: Dataset, leftOut: readonly BadImage[]): void {
    this.#ledgers.for(dataset).recall(leftOut);
  }

  /** Puts weights in the place of those that have their names. @throws {GraphError} "bad-shape" */
  setWeights(weights: Tensors): void {
    this.#graph = withWeights(this.#graph, weights);
  }

  /** Every epoch of every `fit`, in order. */
  get history(): readonly EpochRecord[] {
    return this.#history;
  }

  /** Class names, once `fit` has seen them. */
  get classes(): readonly string[] | undefined {
    return this.#classes;
  }

  /**
   * Which part of the base is trained along with the new layers. Takes effect with the next `compile`, as in Keras.
   *
   * @throws {GraphError} "no-such-node" · "no-gradient" where a node in that part has none; nothing is changed then
   * @throws {UsageError} "bad-option" where low-rank adapters are trained in the base's place
   */
  unfreeze(what: Unfreeze = "all"): void {
    const { added } = this.#grafted;
    if (this.#adapters && what !== "none") {
      throw new UsageError("bad-option", "The base of a model with low-rank adapters stays frozen.", {
        hint: "To train its own weights, fold the adapters into them first: model.mergeLora().",
      });
    }
    checkGradients(this.#graph, selectTrainable(this.#graph, { unfreeze: what, always: added }), added);
    this.#unfreeze = what;
    this.#compiled = undefined;
  }

  freeze(): void {
    this.unfreeze("none");
  }

  /**
   * Puts low-rank adapters beside layers of the base. From the next `compile` on they are trained, with the new layers; the
   * base's own weights stay frozen. The model computes what it did before.
   *
   * @throws {UsageError} "bad-option" for a rank out of range, or where there are adapters already
   * @throws {GraphError} "no-adapter" · "no-such-node" · "no-gradient"; nothing is changed then
   */
  addLora(options: LoraOptions): void {
    if (this.#adapters) {
      throw new UsageError("bad-option", "The model has low-rank adapters already.", {
        hint: "Fold them into the base first: model.mergeLora().",
      });
    }
    const { added, seed } = this.#grafted;
    const { graph, adapters } = addAdapters(this.#graph, options, { added, rng: random(seed).fork("lora") });
    this.#graph = graph;
    this.#adapters = adapters;
    this.#unfreeze = "none";
    this.#compiled = undefined;
  }

  /** Folds the low-rank adapters into the base's weights. It is frozen then, and can be unfrozen. */
  mergeLora(): void {
    this.#graph = this.#merged();
    this.#adapters = undefined;
    this.#compiled = undefined;
  }

  /** Sets how to train; the optimizer starts afresh. @throws {UsageError} "bad-option" */
  compile(options: CompileOptions): void {
    this.#compiled = compiled(options);
  }

  /**
   * What `fit` will take of the memory, foreseen from its graphs.
   *
   * @throws {HostError} "out-of-memory" where that is more than there is: its hint proposes batches that fit
   * @throws {TrainingError} "not-compiled" · {GraphError} "no-gradient"
   */
  checkMemory(train: Dataset, options: CheckMemoryOptions = {}): Promise<FitMemory> {
    const { validation, batch = 32, augment, cache, snapshots = false, ...rest } = options;
    refuseUnknown("checkMemory", rest);
    checkNumber("batch", batch, { min: 1, integer: true });
    const how = this.#required();
    const expected = expectedFit({ train, validation, batch, snapshots }, how);
    const datasets = together(train, validation);
    const assembling = this.#assemblyOptions(how, datasets, { augment, cache, expected });
    return checkedMemory({ ...assembling, expected }, this.#host);
  }

  /**
   * Trains on a data set. With nothing to vary from epoch to epoch, each picture goes through the frozen part once.
   *
   * @throws {TrainingError} "not-compiled" · {HostError} "out-of-memory" · {DataError} "too-many-bad-images" · "class-mismatch"
   * @throws {GraphError} "no-gradient"
   */
  async fit(train: Dataset, options: FitModelOptions): Promise<History> {
    const {
      validation,
      batch = 32,
      schedule = constant(),
      onFeatures,
      maxBadFraction,
      cache,
      augment,
      sampling = "shuffled",
      ...rest
    } = options;
    const { epochs, initialEpoch = 0, callbacks = [], signal, resume, onStart, checkMemory = true, ...unknown } = rest;
    refuseUnknown("fit", unknown);
    checkNumber("batch", batch, { min: 1, integer: true });
    const how = this.#required();
    if (validation) checkClasses(validation, train.classes);
    const order = orderOf(named("sampling", samplings, sampling), train);
    this.#classes = train.classes;
    this.#multiLabel = train.targets !== undefined;
    // Chosen for weights that are about to change.
    this.#threshold = undefined;
    const datasets = together(train, validation);
    const snapshots = callbacks.length > 0;
    const expected = checkMemory ? expectedFit({ train, validation, batch, snapshots }, how) : undefined;
    const assembly = await this.#assembled(how, datasets, { augment, cache, expected, maxBadFraction });
    onStart?.({ cached: assembly.cached });
    const source = this.#sourcesOf(assembly, onFeatures);
    return this.#run(assembly, () =>
      fitTrainer(assembly.trainer, {
        train: source(train, "train"),
        validation: validation && source(validation, "val"),
        ...{ epochs, initialEpoch, batch, schedule, callbacks, signal, resume, order, seed: this.#grafted.seed },
        accumulate: how.accumulate,
        learningRate: how.optimizer.learningRate,
        metrics: how.metrics,
        activation: how.loss.activation,
        exclusive: train.targets === undefined,
        now: this.#host.now,
      }),
    );
  }

  /**
   * The learning-rate range test: trains copies of the weights for some steps while the learning rate grows from far too
   * low to far too high, and suggests one. The model stays as it was, to the last bit, and so does what `fit` does next. The
   * rate that the optimizer was compiled with plays no part.
   *
   * @throws {TrainingError} "not-compiled" · "batch-too-small" · {DataError} "too-many-bad-images"
   * @throws {UsageError} "bad-option" · {GraphError} "no-gradient"
   */
  async findLearningRate(train: Dataset, options: LearningRateOptions = {}): Promise<LearningRateCurve> {
    const { batch = 32, augment, maxBadFraction, cache, onFeatures, signal, onPoint, ...rest } = options;
    const { from, to, steps, smoothing, divergence, ...unknown } = rest;
    refuseUnknown("findLearningRate", unknown);
    const ramp = checkedRamp({ from, to, steps, smoothing, divergence });
    checkNumber("batch", batch, { min: 1, integer: true });
    const how = this.#required();
    const expected = expectedFit({ train, validation: undefined, batch, snapshots: true }, how);
    const assembly = await this.#assembled(how, [train], { augment, cache, expected, maxBadFraction });
    try {
      const source = this.#sourcesOf(assembly, onFeatures)(train, "train");
      const { seed } = this.#grafted;
      const { accumulate } = how;
      const test = await rangeTest(assembly.trainer, { source, batch, accumulate, seed, signal, onPoint, ...ramp });
      const suggestions = suggestedRates(test.points, ramp);
      return { ...test, suggestion: suggestions?.valley, suggestions };
    } finally {
      await assembly.close();
    }
  }

  /** Loss and metrics over a data set. @throws {TrainingError} "not-compiled" */
  async evaluate(dataset: Dataset, options: EvaluateModelOptions = {}): Promise<Means> {
    return (await this.judge(dataset, options)).means;
  }

  /** What the model says of every picture of a data set, and what is true. @throws as `evaluate` */
  async judge(dataset: Dataset, { batch = 32, maxBadFraction }: EvaluateModelOptions = {}): Promise<Judged> {
    const { metrics } = this.#required();
    if (this.#classes) checkClasses(dataset, this.#classes);
    this.#ledgers.expect([dataset], { maxFraction: maxBadFraction });
    const classifier = await this.#answering(dataset.classes);
    return classifier.judge(dataset, { batch, metrics, ledger: this.#ledgers.for(dataset) });
  }

  /** Of two classes, the score of the second from which on it is chosen; undefined: the higher score wins. */
  get threshold(): number | undefined {
    return this.#threshold;
  }

  /**
   * Chooses from which score on the second of two classes is the answer: a number, or what is best for it on a data set that
   * was not trained on. What the model computes stays the same; `predict`, `evaluate` and saved folders go by it.
   *
   * @throws {UsageError} "bad-option" for more than two classes, or no probabilities · {TrainingError} "not-compiled"
   * @throws {DataError} "one-class" where the data have one class only
   */
  async setThreshold(
    choice: ThresholdChoice,
    validation: Dataset,
    options: EvaluateModelOptions = {},
  ): Promise<number> {
    checkThreshold(choice);
    const { loss } = this.#required();
    requireTwoClasses({ classes: this.#known(), multiLabel: this.#multiLabel, loss });
    if (typeof choice === "number") this.#threshold = choice;
    else {
      const { predictions } = await this.judge(validation, options);
      this.#threshold = chosenThreshold(predictions, choice);
    }
    // The engine that answers knows the old one.
    await this.#forget();
    return this.#threshold;
  }

  /** The best labels of each picture. @throws {TrainingError} "not-compiled" before `fit` has seen the classes */
  async predict(pictures: readonly Picture[], options: { readonly top?: number } = {}): Promise<readonly Prediction[]> {
    const classifier = await this.#answering(this.#known());
    return predictPictures(pictures, options, { classifier, host: this.#host });
  }

  /**
   * Writes a model folder that any ONNX runtime, transformers.js or Python can load: a single logit z becomes the two
   * logits [0, z], low-rank adapters are folded into the base.
   */
  async save(folder: string, options: SaveOptions = {}): Promise<void> {
    const { base } = this;
    await saveModel(folder, this.finished(), { base, multiLabel: this.#multiLabel, ...options }, this.#host);
  }

  /**
   * Writes the low-rank adapters and the new layers alone, in PEFT's format; `loadAdapter` puts them on the base again.
   *
   * @throws {GraphError} "no-adapter" · {TrainingError} "not-compiled" · {HostError} "run-exists"
   */
  async saveAdapter(
    folder: string,
    { overwrite = false, ...rest }: { readonly overwrite?: boolean } = {},
  ): Promise<void> {
    refuseUnknown("saveAdapter", rest);
    if (!this.#adapters) {
      throw new GraphError("no-adapter", "The model has no low-rank adapters to save.", {
        hint: "Call model.addLora({ rank: 8 }), compile and fit first; model.save writes the whole model.",
      });
    }
    const { base, head, added } = this.#grafted;
    const { loss } = this.#required();
    const labels = this.#known();
    const content = adapterContent(this.#graph, this.#adapters.lora, {
      base,
      head,
      added,
      loss,
      labels,
      multiLabel: this.#multiLabel,
    });
    await writeAdapterFolder(folder, content, { store: this.#host.store, overwrite });
  }

  /** The model as it is saved. @throws {TrainingError} "not-compiled" */
  finished(classes: readonly string[] = this.#known()): Finished {
    return finished(this.#merged(), {
      loss: this.#required().loss,
      labels: classes,
      preprocessing: this.base.preprocessing,
      threshold: this.#threshold,
    });
  }

  async #assembled(
    how: Compiled,
    datasets: Datasets,
    { maxBadFraction, ...options }: AssembledOptions & { readonly maxBadFraction: number | undefined },
  ): Promise<Assembly> {
    const assembly = await assemble(this.#assemblyOptions(how, datasets, options), this.#host);
    this.#ledgers.expect(datasets, { maxFraction: maxBadFraction });
    return assembly;
  }

  #assemblyOptions(
    how: Compiled,
    datasets: Datasets,
    { augment, cache = {}, expected }: AssembledOptions,
  ): AssemblyOptions {
    const { added, seed, threads, base } = this.#grafted;
    const caching = cacheOptions(cache, this.#host);
    return {
      graph: this.#graph,
      trainable: this.trainable,
      added,
      compiled: how,
      classWeights: how.classWeights && classWeightsOf(datasets[0], how.classWeights),
      preprocessing: base.preprocessing,
      augment,
      seed,
      threads,
      cache: caching,
      pictures: this.#picturesFor(caching),
      examples: datasets.reduce((sum, { size }) => sum + size, 0),
      expected,
    };
  }

  #sourcesOf(assembly: Assembly, onFeatures: FitModelOptions["onFeatures"]) {
    return (dataset: Dataset, split: "train" | "val"): Source =>
      assembly.source(dataset, {
        ledger: this.#ledgers.for(dataset),
        training: split === "train",
        onFill: onFeatures && ((done, total) => onFeatures(split, done, total)),
      });
  }

  async #run(assembly: Assembly, work: () => Promise<History>): Promise<History> {
    try {
      const history = await work();
      this.#history.push(...history.epochs);
      this.#graph = withWeights(this.#graph, await assembly.trainer.weights());
      return history;
    } finally {
      await assembly.close();
    }
  }

  /** Frees the engine that answers `evaluate` and `predict`, and pictures that were kept. The model can be used on. */
  async close(): Promise<void> {
    this.#kept = undefined;
    await this.#forget();
  }

  #picturesFor(caching: CacheOptions): PreparedPictures {
    const { memoryBytes } = caching;
    const pictures =
      this.#kept?.memoryBytes === memoryBytes
        ? this.#kept.pictures
        : preparedPictures(this.base.preprocessing, caching);
    this.#kept = { memoryBytes, pictures };
    return pictures;
  }

  async #forget(): Promise<void> {
    const open = this.#answerer;
    this.#answerer = undefined;
    await (await open?.classifier)?.close();
  }

  /** The model loaded to answer, kept until its weights or its loss change. */
  async #answering(classes: readonly string[]): Promise<Classifier> {
    const { threads } = this.#grafted;
    const { loss } = this.#required();
    const open = this.#answerer;
    const fits = open?.graph === this.#graph && open.loss === loss && open.classes.join("\n") === classes.join("\n");
    if (open && fits) return open.classifier;
    await this.#forget();
    const classifier = Classifier.open(this.finished(classes), { threads, host: this.#host });
    this.#answerer = { graph: this.#graph, loss, classes, classifier };
    return classifier;
  }

  /** The graph without branches. */
  #merged(): Graph {
    return this.#adapters ? mergeLora(this.#graph, this.#adapters.lora) : this.#graph;
  }

  #required(): Compiled {
    if (this.#compiled) return this.#compiled;
    throw new TrainingError("not-compiled", "The model is not compiled.", {
      hint: "Call model.compile({ optimizer, loss }) first, and again after unfreeze or freeze.",
    });
  }

  #known(): readonly string[] {
    if (this.#classes) return this.#classes;
    throw new TrainingError("not-compiled", "The model has not seen its classes yet.", {
      hint: "Call model.fit first.",
    });
  }
}
