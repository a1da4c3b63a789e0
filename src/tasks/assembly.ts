import { NoGradient } from "../autodiff/no-gradient.ts";
import { MemoryBudget } from "../base/memory-budget.ts";
import { once } from "../base/once.ts";
import { checkNumber, refuseUnknown } from "../base/options.ts";
import { random } from "../base/random.ts";
import { isStatic, sizeOf } from "../base/shape.ts";
import type { BadImageLedger } from "../data/bad-images.ts";
import type { Dataset } from "../data/dataset.ts";
import { PreparedPictures } from "../data/prepared-pictures.ts";
import { type Augmentation, augment } from "../image/augment.ts";
import { normalize } from "../image/normalize.ts";
import { inputSize, resizeAndCrop } from "../image/preprocess.ts";
import type { Preprocessing } from "../image/preprocessing.ts";
import type { Graph, ValueInfo } from "../onnx/graph.ts";
import { type TrainingProgram, trainingProgram } from "../program/training-program.ts";
import { splitFrozen } from "../rewrite/split-frozen.ts";
import type { Session, Workspace } from "../runtime/runtime.ts";
import { channelBlock, runtimeBlock } from "../training/blocked-engine.ts";
import { EnginePrograms } from "../training/engine-programs.ts";
import { cachedSource, type Feature, FeatureCache } from "../training/feature-cache.ts";
import { type PixelSourceOptions, pixelSource } from "../training/pixel-source.ts";
import type { Source } from "../training/source.ts";
import { openTrainer, type Trainer } from "../training/trainer.ts";
import type { Compiled } from "./compile.ts";
import { featureSession } from "./feature-session.ts";
import { type ExpectedFit, type FitMemory, fitMemory } from "./fit-memory.ts";
import { requireFitMemory } from "./fits-training.ts";
import type { Host } from "./host.ts";
import type { BatchPlan } from "./memory-proposals.ts";
import type { Plan } from "./plan.ts";
import { targetsOf } from "./targets.ts";
import { withWayOut } from "./trainable-from.ts";
import { explained } from "./unknown-ops.ts";

export interface CacheOptions {
  /**
   * Bytes of features kept in memory, of all data sets together; and half as many of pictures at the model's size, from one
   * `fit` to the next. By default 512 MiB, less where the machine or a limit has less than 4 GiB.
   */
  readonly memoryBytes: number;
  /** Bytes of features kept in all; beyond it pictures go through the frozen part in every epoch. */
  readonly diskBytes: number;
  /** Where the scratch file for what is beyond memory lies. */
  readonly folder: string;
}

/** @throws {UsageError} "bad-option" */
export function cacheOptions(
  { memoryBytes, diskBytes = 20 * gigabyte, folder, ...rest }: Partial<CacheOptions>,
  { scratchFolder, memory }: Pick<Host, "scratchFolder" | "memory">,
): CacheOptions {
  refuseUnknown("cache", rest);
  if (memoryBytes !== undefined) checkNumber("memoryBytes", memoryBytes, { min: 0 });
  checkNumber("diskBytes", diskBytes, { min: 0 });
  return { memoryBytes: memoryBytes ?? usualCacheBytes(memory), diskBytes, folder: folder ?? scratchFolder };
}

/** Half a gibibyte, and no more than an eighth of all the memory that the process may have. */
const usualCacheBytes = ({ bounds }: Host["memory"]): number =>
  Math.min(gigabyte / 2, ...bounds().map(({ limitBytes }) => limitBytes / 8));

const gigabyte = 2 ** 30;

export interface AssemblyOptions {
  /** Pictures in, logits [N, C] out. */
  readonly graph: Graph;
  readonly trainable: readonly string[];
  /** Those of them that are the new layers'. */
  readonly added: readonly string[];
  readonly compiled: Compiled;
  /** What the examples of each class weigh while training, [C]. */
  readonly classWeights?: readonly number[] | undefined;
  readonly preprocessing: Preprocessing;
  /** Only for training data; undefined: pictures are prepared alike in every epoch, and their features are cached. */
  readonly augment: Augmentation | undefined;
  readonly seed: number;
  readonly threads: number;
  readonly cache: CacheOptions;
  /** Kept from one assembly to the next; by default each has its own. */
  readonly pictures?: PreparedPictures | undefined;
  /** Examples in all data sets, to foresee the cache's size. */
  readonly examples: number;
  /** What is to be trained: where it would not go into memory it is refused. Undefined: nothing is foreseen. */
  readonly expected?: ExpectedFit | undefined;
}

/** What keeps pictures that every epoch sees alike. */
export const preparedPictures = (preprocessing: Preprocessing, { memoryBytes }: CacheOptions): PreparedPictures =>
  new PreparedPictures({
    prepare: (image) => resizeAndCrop(image, preprocessing),
    memory: new MemoryBudget(memoryBytes / 2),
  });

/** A training program in a workspace of its own, with the sources that feed it. */
export interface Assembly {
  readonly trainer: Trainer;
  /** Whether the trained part starts at cached features. */
  readonly cached: boolean;
  source(dataset: Dataset, options: SourceOptions): Source;
  close(): Promise<void>;
}

export interface SourceOptions {
  readonly ledger: BadImageLedger;
  readonly training: boolean;
  readonly onFill?: ((done: number, total: number) => void) | undefined;
}

/**
 * Splits a graph into a frozen and a trained part, and differentiates the trained one.
 *
 * @throws {GraphError} "no-gradient", its hint saying from which layer on training works · "nothing-to-train"
 */
export function planned(options: AssemblyOptions): Plan {
  const { graph, trainable } = options;
  const split = splitFrozen(graph, trainable);
  const features = split.prefix && !options.augment ? cacheable(split.boundary, options) : undefined;
  const program = differentiated(features ? split.suffix : graph, options);
  const programs = new EnginePrograms(program);
  return { program, programs, frozen: split.prefix && features ? { graph: split.prefix, features } : undefined };
}

/**
 * Loads what is planned into a workspace of its own.
 *
 * @throws {HostError} "out-of-memory", also where it would not go into memory · "engine-failed" · what `planned` throws
 */
export async function assemble(options: AssemblyOptions, host: Host, plan?: Plan): Promise<Assembly> {
  // Opened first: the engine starts in its own thread while the graph is differentiated.
  const workspace = await host.runtime.open({ threads: options.threads });
  try {
    const made = plan ?? planned(options);
    if (options.expected) {
      foreseen(options, options.expected, { plan: made, block: await channelBlock(workspace), host });
    }
    const { program, programs, frozen: prefix } = made;
    const trainer = await openTrainer(program, workspace, programs);
    const frozen = prefix && { ...prefix, session: (await featureSession(workspace, prefix.graph)).session };
    return new OpenAssembly({ options, host, workspace, trainer, frozen });
  } catch (error) {
    await workspace.close();
    throw explained(error, options.graph);
  }
}

/**
 * What training will take, before it starts.
 *
 * @throws {HostError} "out-of-memory" · "engine-failed" · what `planned` throws
 */
export async function checkedMemory(
  { expected, ...options }: AssemblyOptions & { readonly expected: ExpectedFit },
  host: Host,
): Promise<FitMemory> {
  // The engine starts in its own thread while the graph is differentiated.
  const asked = runtimeBlock(host.runtime);
  // Where the graph cannot be differentiated nobody waits for the answer.
  asked.catch(() => {});
  const plan = planned(options);
  return foreseen(options, expected, { plan, block: await asked, host });
}

interface Foreseeing {
  readonly plan: Plan;
  /** Channels that the engine keeps together, if any. */
  readonly block: number | undefined;
  readonly host: Pick<Host, "memory">;
}

function foreseen(
  options: AssemblyOptions,
  fit: ExpectedFit,
  { plan, block, host: { memory } }: Foreseeing,
): FitMemory {
  const summing = once(() => planned({ ...options, compiled: { ...options.compiled, accumulate: 2 } }));
  // With gradients that are summed up the program is another one, the same for any number of batches.
  const planFor = ({ accumulate }: BatchPlan) => (accumulate > 1 === fit.accumulate > 1 ? plan : summing());
  return requireFitMemory({
    fit,
    bounds: memory.bounds(),
    smallestBatch: plan.program.smallestBatch,
    foresee: (batches) =>
      fitMemory({ plan: planFor(batches), assembly: options, fit: { ...fit, ...batches } }, { block, memory }),
  });
}

/** The training program; where no gradient passes a node, the error says what can be trained instead. */
function differentiated(graph: Graph, options: AssemblyOptions): TrainingProgram {
  const { graph: whole, trainable, added, compiled, classWeights } = options;
  try {
    return trainingProgram(graph, { ...compiled, trainable, classWeights });
  } catch (error) {
    throw error instanceof NoGradient ? withWayOut(error, whole, added) : error;
  }
}

interface Parts {
  readonly options: AssemblyOptions;
  readonly host: Host;
  readonly workspace: Workspace;
  readonly trainer: Trainer;
  readonly frozen: { readonly features: readonly Feature[]; readonly session: Session } | undefined;
}

class OpenAssembly implements Assembly {
  readonly trainer: Trainer;
  readonly cached: boolean;
  readonly #parts: Parts;
  readonly #caches = new Map<Dataset, FeatureCache>();
  readonly #memory: MemoryBudget;
  readonly #pictures: PreparedPictures;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { cache, preprocessing, pictures = preparedPictures(preprocessing, cache) } = parts.options;
    this.#memory = new MemoryBudget(cache.memoryBytes);
    this.#pictures = pictures;
    this.trainer = parts.trainer;
    this.cached = parts.frozen !== undefined;
  }

  source(dataset: Dataset, { ledger, training, onFill }: SourceOptions): Source {
    const { options, frozen } = this.#parts;
    const target = targetsOf(dataset, { loss: options.compiled.loss, units: unitsOf(options.graph) });
    const augmented = options.augment && training ? augmentation(options, options.augment) : undefined;
    const pixels = pixelSource({
      ...{ ledger, target, ...inputOf(options) },
      ...(augmented
        ? { dataset, prepare: augmented }
        : {
            dataset: this.#pictures.of(dataset),
            prepare: (image, into) => normalize(image, options.preprocessing, into),
          }),
    });
    if (!frozen) return pixels;
    return cachedSource({
      cache: this.#cache(dataset, frozen.features),
      pixels,
      frozen: frozen.session,
      target,
      onFill,
    });
  }

  async close(): Promise<void> {
    for (const cache of this.#caches.values()) await cache.close();
    await this.#parts.workspace.close();
  }

  #cache(dataset: Dataset, features: readonly Feature[]): FeatureCache {
    const { options, host } = this.#parts;
    const known = this.#caches.get(dataset);
    const cache =
      known ??
      new FeatureCache({ features, store: host.store, scratchFolder: options.cache.folder, memory: this.#memory });
    this.#caches.set(dataset, cache);
    return cache;
  }
}

/** The graph's input, and its shape for one picture. */
function inputOf({ graph, preprocessing }: AssemblyOptions) {
  const { height, width } = inputSize(preprocessing);
  const shape = preprocessing.layout === "NCHW" ? [3, height, width] : [height, width, 3];
  return { input: graph.inputs[0]?.name ?? "", shape };
}

/** Makes the model's input of a picture, differently in each epoch. */
function augmentation({ preprocessing, seed }: AssemblyOptions, how: Augmentation): PixelSourceOptions["prepare"] {
  const rng = random(seed).fork("augment");
  return (image, into, { epoch, index, time }) => {
    // Seen again in the same epoch, a picture is varied in another way.
    const own = time === 0 ? rng.fork(epoch, index) : rng.fork(epoch, index, time);
    normalize(augment(image, how, own, preprocessing), preprocessing, into);
  };
}

/** The boundary's tensors where all of them can be cached, else undefined. */
function cacheable(
  boundary: readonly ValueInfo[],
  { cache, examples }: AssemblyOptions,
): readonly Feature[] | undefined {
  const features = boundary.flatMap(({ name, shape, dtype }) => {
    const [batch, ...example] = shape ?? [];
    return typeof batch === "string" && isStatic(example) && dtype === "float32" ? [{ name, shape: example }] : [];
  });
  const bytes = features.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0) * examples;
  return features.length === boundary.length && bytes <= cache.diskBytes ? features : undefined;
}

function unitsOf(graph: Graph): number {
  const units = graph.outputs[0]?.shape?.[1];
  return typeof units === "number" ? units : 0;
}
