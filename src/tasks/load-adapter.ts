import { ModelError } from "../base/errors.ts";
import { refuseUnknown } from "../base/options.ts";
import { random } from "../base/random.ts";
import { formatShape, sameShape, sizeOf } from "../base/shape.ts";
import type { Tensor } from "../base/tensor.ts";
import type { AdapterContent } from "../models/adapter-files.ts";
import { readAdapterFolder } from "../models/adapter-folder.ts";
import type { Graph } from "../onnx/graph.ts";
import { adam } from "../program/optimizers.ts";
import { graft } from "../rewrite/graft.ts";
import { addLora, type Lora } from "../rewrite/lora.ts";
import { withWeights } from "../rewrite/weights.ts";
import type { Base } from "./base-model.ts";
import { compiled } from "./compile.ts";
import type { GraftOptions } from "./graft.ts";
import type { Host } from "./host.ts";
import { baseLayers } from "./lora.ts";
import { loraLearningRate, lossFor } from "./recipe.ts";
import { TransferModel } from "./transfer-model.ts";

/**
 * Puts a saved adapter and its new layers on the base that they were trained on. The model answers at once; it is
 * compiled with Adam and the loss that it was trained with, and can be fitted on.
 *
 * @throws {ModelError} "no-model" · "bad-model-folder" · "bad-safetensors" · "bad-adapter" where it does not fit the base
 */
export async function loadAdapter(
  base: Base,
  folder: string,
  { seed = 0, threads, ...rest }: GraftOptions,
  host: Host,
): Promise<TransferModel> {
  refuseUnknown("loadAdapter", rest);
  const content = await readAdapterFolder(folder, { store: host.store });
  const { head, labels: classes, loss, multiLabel } = content;
  requireHeadFits(base, content);
  const grafted = graft(base.graph, head, { rng: random(seed).fork("graft") });
  const absent = grafted.added.find((name) => !Object.hasOwn(content.saved, name));
  if (absent !== undefined) {
    throw new ModelError("bad-adapter", `The adapter holds no "${absent}" of its new layers.`, {
      hint: otherBase(content),
    });
  }
  const { layers, skipped } = fitting(grafted.graph, grafted.added, content);
  const { rank, alpha } = content;
  const { graph: open, lora } = addLora(grafted.graph, layers, { rank, alpha, rng: random(seed).fork("lora") });
  const graph = withTensors(open, { ...content.saved, ...factorsOf(lora, content) });
  const how = compiled({
    optimizer: adam({ learningRate: loraLearningRate }),
    loss: lossFor(loss.loss, loss.label_smoothing),
  });
  return new TransferModel({ base, graph, head, added: grafted.added, seed, threads: threads ?? host.threads }, host, {
    adapters: { lora, skipped },
    classes,
    compiled: how,
    multiLabel,
  });
}

const otherBase = ({ baseModel }: AdapterContent): string =>
  `It was trained on ${baseModel}: load it on that one, with all of its files.`;

/** Numbers that are soon made: which of them the adapter lacks is told by name then. */
const leastAbsurd = 2 ** 20;

/** Before layers are made: a description of a few bytes can ask for any number of units. @throws {ModelError} "bad-adapter" */
function requireHeadFits({ features }: Base, content: AdapterContent): void {
  let [inputs, wanted] = [features.size, 0];
  for (const layer of content.head) {
    if (layer.kind !== "dense") continue;
    wanted += (inputs + 1) * layer.units;
    inputs = layer.units;
  }
  const held = Object.values(content.saved).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (wanted <= held + leastAbsurd) return;
  throw new ModelError(
    "bad-adapter",
    `The adapter's new layers take ${wanted} numbers, and it holds ${held} for them.`,
    {
      hint: otherBase(content),
    },
  );
}

/** The base's layers that the adapter has factors for. */
function fitting(graph: Graph, added: readonly string[], { factors, baseModel }: AdapterContent) {
  const all = baseLayers(graph, added, "all");
  const known = new Set(all.layers.map(({ module }) => module));
  const stranger = Object.keys(factors).find((module) => !known.has(module));
  if (stranger === undefined) {
    return { layers: all.layers.filter(({ module }) => Object.hasOwn(factors, module)), skipped: all.skipped };
  }
  throw new ModelError("bad-adapter", `The adapter adapts "${stranger}", and the base has no such layer.`, {
    hint: `It was trained on ${baseModel}.`,
  });
}

const factorsOf = ({ adapters }: Lora, { factors }: AdapterContent): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(
    adapters.flatMap(({ module, A, B }) => {
      const found = factors[module];
      return found ? [[A, found.A] as const, [B, found.B] as const] : [];
    }),
  );

/** @throws {ModelError} "bad-adapter" */
function withTensors(graph: Graph, tensors: Readonly<Record<string, Tensor>>): Graph {
  for (const [name, { dtype, shape }] of Object.entries(tensors)) {
    const wanted = graph.initializers.get(name);
    if (wanted && wanted.dtype === dtype && sameShape(wanted.shape, shape)) continue;
    const expected = wanted ? `${wanted.dtype} ${formatShape(wanted.shape)}` : "no such weight";
    throw new ModelError(
      "bad-adapter",
      `The adapter's "${name}" is ${dtype} ${formatShape(shape)}; on this base there is ${expected}.`,
      { hint: "Load it on the base that it was trained on, with all of its files." },
    );
  }
  return withWeights(graph, tensors);
}
