import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { isDType, type Tensor, tensor } from "../../src/base/tensor.ts";
import { encodeModel } from "../../src/onnx/encode.ts";
import type { Graph } from "../../src/onnx/graph.ts";
import { modelOf } from "../../src/onnx/model.ts";

/** Runs a graph once in onnxruntime-node, on the CPU in float32. */
export async function runInOnnxruntime(
  graph: Graph,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<Readonly<Record<string, Tensor>>> {
  const session = await InferenceSession.create(encodeModel(modelOf(graph)), { logSeverityLevel: 3 });
  try {
    const inputs = graph.inputs.map(({ name }) => [name, toOrt(name, feeds[name])] as const);
    const results = await session.run(Object.fromEntries(inputs));
    return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, fromOrt(value)]));
  } finally {
    await session.release();
  }
}

function toOrt(name: string, feed: Tensor | undefined): OrtTensor {
  if (!feed) throw new Error(`no feed for the input "${name}"`);
  if (isDType(feed, "float32")) return new OrtTensor("float32", feed.data, feed.shape);
  if (isDType(feed, "float64")) return new OrtTensor("float32", Float32Array.from(feed.data), feed.shape);
  if (isDType(feed, "int64")) return new OrtTensor("int64", feed.data, feed.shape);
  if (isDType(feed, "bool")) return new OrtTensor("bool", feed.data, feed.shape);
  throw new TypeError(`${feed.dtype} is not fed here`);
}

function fromOrt({ data, dims, type }: OrtTensor): Tensor {
  if (data instanceof Float32Array) return tensor("float32", dims, data);
  if (data instanceof BigInt64Array) return tensor("int64", dims, data);
  if (data instanceof Uint8Array && type === "bool") return tensor("bool", dims, data);
  throw new TypeError(`${type} is not read here`);
}
