import { ModelError } from "../base/errors.ts";
import { random } from "../base/random.ts";
import { isStatic, sizeOf } from "../base/shape.ts";
import { type Tensor, zeros } from "../base/tensor.ts";
import type { LoadedModel } from "../models/model-folder.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Graph } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import { float32Output } from "../runtime/outputs.ts";
import type { Workspace } from "../runtime/runtime.ts";
import { requireMemory } from "./fits-memory.ts";
import type { Host } from "./host.ts";

/** Pictures of noise that both graphs are given: more than one, and not the batch that most are exported with. */
const pictures = 3;

/** Share of the largest output by which sums in another order may differ. */
const tolerance = 1e-3;

/**
 * Runs a model whose batch was opened beside the model as it was, on the same pictures. Shapes show that it runs at any
 * batch; only this shows that each row comes of its own picture.
 *
 * @throws {ModelError} "fixed-batch" where the rows differ · "too-large" · {HostError} "engine-failed"
 */
export async function checkOpenedBatch(
  { model, closed, takesBytes }: Pick<LoadedModel, "model" | "closed" | "takesBytes">,
  { runtime, memory }: Pick<Host, "runtime" | "memory">,
): Promise<void> {
  const [batch, ...shape] = closed?.inputs[0]?.shape ?? [];
  if (!closed || typeof batch !== "number" || !isStatic(shape)) return;
  requireMemory(closed, { memory });
  const noise = noisePictures(Math.ceil(pictures / batch) * batch, shape, takesBytes ? 255 : 1);
  const workspace = await runtime.open({ threads: 1 });
  try {
    const expected = await outputs(workspace, closed, noise, batch);
    const found = await outputs(workspace, model.graph, noise.slice(0, pictures), pictures);
    if (agree(found, expected)) return;
  } finally {
    await workspace.close();
  }
  throw new ModelError("fixed-batch", `The model is made for batches of ${batch} only: at others its rows mix.`, {
    hint: "Export it with a symbolic batch: dynamic_axes or dynamic_shapes in PyTorch, None in Keras.",
  });
}

interface Picture {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

function noisePictures(count: number, shape: readonly number[], most: number): readonly Picture[] {
  const rng = random(0).fork("opened-batch");
  return Array.from({ length: count }, () => {
    return { shape, values: Float32Array.from({ length: sizeOf(shape) }, () => rng.uniform(0, most)) };
  });
}

/** The rows of all pictures, given `batch` at a time. */
async function outputs(workspace: Workspace, graph: Graph, all: readonly Picture[], batch: number) {
  const session = await workspace.load(encodeModel(modelOf(graph)));
  const [input, output] = [graph.inputs[0]?.name ?? "", graph.outputs[0]?.name ?? ""];
  const rows: number[] = [];
  for (let start = 0; start < all.length; start += batch) {
    const some = all.slice(start, start + batch);
    const feeds = { [input]: joined(some) };
    for (const value of float32Output(await session.run(feeds), output)) rows.push(value);
  }
  await session.release();
  return rows;
}

function joined(some: readonly Picture[]): Tensor {
  const values = zeros("float32", [some.length, ...(some[0]?.shape ?? [])]);
  for (const [at, picture] of some.entries()) values.data.set(picture.values, at * picture.values.length);
  return values;
}

/** Of the expected rows there may be more. Nothing that is not a number agrees with anything. */
function agree(found: readonly number[], expected: readonly number[]): boolean {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return found.every((value, at) => Math.abs(value - (expected[at] ?? Number.NaN)) <= tolerance * largest);
}
