import type { DType } from "../../src/base/dtype.ts";

/** ONNX's TensorProto.DataType. Every float type is float64 here. */
const dtypes: Readonly<Record<number, DType>> = {
  1: "float64",
  2: "uint8",
  3: "int8",
  4: "uint16",
  5: "int16",
  6: "int32",
  7: "int64",
  9: "bool",
  10: "float64",
  11: "float64",
  12: "uint32",
  13: "uint64",
  16: "float64",
};

/** The dtype of an ONNX data type in here. */
export function dtypeOf(code: number): DType {
  const dtype = dtypes[code];
  if (!dtype) throw new Error(`the type ${code} is not known here`);
  return dtype;
}
