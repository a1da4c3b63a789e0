import type { TensorProto } from "onnx-buf";
import { arrayOf, type DType, type DTypeArrays } from "../../base/dtype.ts";
import { type ErrorDetails, ModelError } from "../../base/errors.ts";
import { formatShape, mostAxes, type StaticShape, sizeOf } from "../../base/shape.ts";
import { fromBytes, type Tensor, tensor } from "../../base/tensor.ts";
import { dataTypeName, dtypeOfCode } from "../data-types.ts";

/** The field of TensorProto that holds a dtype's elements where raw_data does not. */
const typedField: {
  readonly [D in DType]: "floatData" | "doubleData" | "int32Data" | "int64Data" | "uint64Data";
} = {
  float32: "floatData",
  float64: "doubleData",
  float16: "int32Data",
  bfloat16: "int32Data",
  int8: "int32Data",
  uint8: "int32Data",
  int16: "int32Data",
  uint16: "int32Data",
  int32: "int32Data",
  uint32: "uint64Data",
  int64: "int64Data",
  uint64: "uint64Data",
  bool: "int32Data",
};

/** What a TensorProto says of its elements. */
interface Layout {
  readonly dtype: DType;
  readonly shape: StaticShape;
  readonly sizeBytes: number;
}

/** @throws {ModelError} "unsupported-model" · "not-onnx" for a shape that cannot be */
export function layoutOf({ dataType, dims, segment }: TensorProto, label: string): Layout {
  const dtype = dtypeOfCode(dataType);
  if (!dtype) throw unsupported(`The tensor "${label}" holds ${dataTypeName(dataType)} elements.`);
  if (segment) throw unsupported(`The tensor "${label}" is stored in segments.`);
  if (dims.length > mostAxes) throw broken(label, `has ${dims.length} axes`);
  const shape = dims.map(Number);
  const sizeBytes = sizeOf(shape) * arrayOf[dtype].BYTES_PER_ELEMENT;
  const isSane = shape.every((extent) => extent >= 0) && Number.isSafeInteger(sizeBytes);
  if (!isSane) throw broken(label, `has the shape ${formatShape(shape)}`);
  return { dtype, shape, sizeBytes };
}

/**
 * A tensor over the file's bytes where their alignment allows it, else a copy.
 *
 * @param label names the tensor in errors: its own name, or the attribute that holds it
 * @throws {ModelError} "unsupported-model" · "not-onnx" where there are not as many elements as the shape says
 */
export function decodeTensor(proto: TensorProto, label: string): Tensor {
  const { dtype, shape, sizeBytes } = layoutOf(proto, label);
  const { rawData } = proto;
  if (rawData.length === 0) return typed(proto, dtype, shape, label);
  if (rawData.length !== sizeBytes) {
    throw broken(label, `of shape ${formatShape(shape)} holds ${rawData.length} bytes, not ${sizeBytes}`);
  }
  return fromBytes(dtype, shape, rawData);
}

function typed<D extends DType>(proto: TensorProto, dtype: D, shape: readonly number[], label: string): Tensor<D> {
  const values: ArrayLike<number | bigint> = proto[typedField[dtype]];
  const size = sizeOf(shape);
  if (values.length !== size) {
    throw broken(label, `of shape ${formatShape(shape)} holds ${values.length} elements, not ${size}`);
  }
  const data = new arrayOf[dtype](size);
  fill(data, values);
  return tensor(dtype, shape, data);
}

/** uint32 comes as bigints, everything else as its array takes it. */
function fill(data: DTypeArrays[DType], values: ArrayLike<number | bigint>): void {
  const takesBigInt = data instanceof BigInt64Array || data instanceof BigUint64Array;
  for (let at = 0; at < data.length; at++) {
    const value = values[at] ?? 0;
    data[at] = takesBigInt ? BigInt(value) : Number(value);
  }
}

const PLAIN = "Export the model in plain float32 form, without quantisation.";

export const unsupported = (message: string, { hint = PLAIN, cause }: ErrorDetails = {}): ModelError =>
  new ModelError("unsupported-model", message, { hint, cause });

export const broken = (label: string, what: string): ModelError =>
  new ModelError("not-onnx", `The tensor "${label}" ${what}.`, {
    hint: "The file is damaged: fetch or export it again.",
  });
