import { type GraphProto, type ModelProto, type NodeProto, type TensorProto, TensorProto_DataLocation } from "onnx-buf";
import { ModelError } from "../../base/errors.ts";
import { layoutOf } from "./decode-tensor.ts";

/** Where the elements of a tensor stand that are not in the model's own file. */
export interface ExternalReference {
  /** Names the tensor in errors. */
  readonly tensor: string;
  /** Path of a file from the model's folder on, parts joined by "/"; it does not leave that folder by its letters. */
  readonly location: string;
  /** Bytes before the first element. */
  readonly offset: number;
  /** As dtype and shape say. */
  readonly sizeBytes: number;
}

export interface ExternalTensor {
  readonly proto: TensorProto;
  readonly reference: ExternalReference;
}

/**
 * Every tensor of a model that says that its elements are in another file. A check sum of that file, which nobody
 * writes, is not looked at.
 *
 * @throws {ModelError} "bad-external-data" · "not-onnx" · "unsupported-model"
 * @see https://github.com/onnx/onnx/blob/main/docs/ExternalData.md
 */
export function externalTensors({ graph, functions }: ModelProto): readonly ExternalTensor[] {
  const inFunctions = functions.flatMap(({ name, node, attributeProto }) => [
    ...tensorsOfNode({ name, attribute: attributeProto }),
    ...node.flatMap(tensorsOfNode),
  ]);
  const found = [...(graph ? tensorsOf(graph) : []), ...inFunctions];
  return found
    .filter(([, { dataLocation }]) => dataLocation === TensorProto_DataLocation.EXTERNAL)
    .map(([label, proto]) => ({ proto, reference: referenceOf(proto, label) }));
}

type Labelled = readonly [label: string, proto: TensorProto];

function tensorsOf({ initializer, sparseInitializer, node }: GraphProto): readonly Labelled[] {
  const sparse = sparseInitializer.flatMap(({ values, indices }) => [values, indices]);
  const weights = [...initializer, ...sparse].filter((proto) => proto !== undefined);
  return [...weights.map((proto) => [proto.name, proto] as const), ...node.flatMap(tensorsOfNode)];
}

function tensorsOfNode({ name, attribute }: Pick<NodeProto, "name" | "attribute">): readonly Labelled[] {
  return attribute.flatMap((one) => {
    const own = one.t ? [[one.t.name || `${name}.${one.name}`, one.t] as const] : [];
    return one.g ? [...own, ...tensorsOf(one.g)] : own;
  });
}

function referenceOf(proto: TensorProto, tensor: string): ExternalReference {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get("location") ?? "";
  if (leavesFolder(location)) {
    throw bad(`keeps its elements in ${JSON.stringify(location)}, which is no path inside the model's folder`, tensor);
  }
  const { sizeBytes } = layoutOf(proto, tensor);
  const length = wholeNumber(entries.get("length") ?? String(sizeBytes), { key: "length", tensor });
  if (length !== sizeBytes) throw bad(`needs ${sizeBytes} bytes, and has ${length} in ${location}`, tensor);
  return { tensor, location, offset: wholeNumber(entries.get("offset") ?? "0", { key: "offset", tensor }), sizeBytes };
}

/** Whether a path is absolute, goes up, or could mean either on some system. */
const leavesFolder = (location: string): boolean =>
  location === "" || /^\/|^[a-z]:|[\\\0]/i.test(location) || location.split("/").includes("..");

function wholeNumber(text: string, { key, tensor }: { readonly key: string; readonly tensor: string }): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw bad(`has ${JSON.stringify(text.slice(0, 40))} as the ${key} of its elements in another file`, tensor);
}

const bad = (what: string, tensor: string): ModelError =>
  new ModelError("bad-external-data", `The tensor "${tensor}" ${what}.`, {
    hint: "The model is damaged or made to do harm: export it again, or fetch it from a place that you trust.",
  });
