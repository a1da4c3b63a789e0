import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";

/**
 * The shapes that an encoded model gives its outputs, of those where they are numbers. onnxruntime-node says [] of an output
 * of which nothing is known, as it does of a scalar.
 */
export function outputShapes(model: Uint8Array): ReadonlyMap<string, readonly number[]> {
  const outputs = fromBinary(ModelProtoSchema, model).graph?.output ?? [];
  const known = outputs.flatMap(({ name, type }) => {
    const dims = type?.value.case === "tensorType" ? type.value.value.shape?.dim : undefined;
    const shape = dims?.flatMap(({ value }) => (value.case === "dimValue" ? [Number(value.value)] : []));
    return shape && shape.length === dims?.length ? [[name, shape] as const] : [];
  });
  return new Map(known);
}
