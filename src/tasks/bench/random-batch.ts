import { normals } from "../../base/normals.ts";
import type { Random } from "../../base/random.ts";
import { type StaticShape, sizeOf } from "../../base/shape.ts";
import { tensor } from "../../base/tensor.ts";
import type { Graph } from "../../onnx/graph.ts";
import { BATCH } from "../../rewrite/input.ts";
import type { Tensors } from "../../runtime/runtime.ts";
import type { Examples } from "../../training/source.ts";

interface BatchOptions {
  /** Pictures. */
  readonly batch: number;
  readonly rng: Random;
  /** Of which one is drawn for each picture. */
  readonly classes?: number;
}

/** Examples that are given to an engine again and again. */
export interface RepeatedExamples extends Omit<Examples, "inputs"> {
  /** A copy each time: a run may take its feeds over. */
  readonly inputs: () => Tensors;
}

/** Pictures of normal noise as a graph takes them, and a class for each, as row of zeros and a one. */
export function randomBatch(graph: Graph, { batch, rng, classes = 1 }: BatchOptions): RepeatedExamples {
  const [{ name, shape = [] } = { name: "" }] = graph.inputs;
  const extents: StaticShape = shape.map((dim) => (typeof dim === "number" ? dim : dim === BATCH ? batch : 1));
  const pixels = new Float32Array(sizeOf(extents));
  normals(pixels, 1, rng.fork("pictures"));
  const targets = new Float32Array(batch * classes);
  const labels = rng.fork("labels");
  const indices = Array.from({ length: batch }, (_, at) => at);
  for (const index of indices) targets[index * classes + labels.int(classes)] = 1;
  return { indices, targets, inputs: () => ({ [name]: tensor("float32", extents, pixels.slice()) }) };
}
