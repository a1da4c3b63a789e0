import type { DType } from "../base/dtype.ts";

/**
 * ONNX's TensorProto.DataType number of each dtype.
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (enum DataType)
 */
export const dataTypeCodes: { readonly [D in DType]: number } = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
};

/** Element types that ONNX has and Regraft does not hold, by their number: for error messages. */
const unsupportedNames: Readonly<Record<number, string>> = {
  8: "string",
  14: "complex64",
  15: "complex128",
  17: "float8e4m3fn",
  18: "float8e4m3fnuz",
  19: "float8e5m2",
  20: "float8e5m2fnuz",
  21: "uint4",
  22: "int4",
  23: "float4e2m1",
  24: "float8e8m0",
  25: "uint2",
  26: "int2",
};

const dtypeByCode = new Map(Object.entries(dataTypeCodes).map(([dtype, code]) => [code, dtype as DType] as const));

/** The dtype of a TensorProto.DataType number, or undefined where Regraft has none for it. */
export const dtypeOfCode = (code: number): DType | undefined => dtypeByCode.get(code);

/** ONNX's name of a TensorProto.DataType number, in lower case. */
export const dataTypeName = (code: number): string =>
  dtypeByCode.get(code) ?? unsupportedNames[code] ?? `data type ${code}`;
