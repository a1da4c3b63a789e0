import { readFileSync } from "node:fs";
import type { DType } from "../src/base/dtype.ts";
import { fromBytes, type Tensor } from "../src/base/tensor.ts";

const dtypes: Readonly<Record<string, DType>> = { F32: "float32", F64: "float64", I64: "int64", I32: "int32" };

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** The tensors of a golden file. */
export function readSafetensors(path: string | URL): Readonly<Record<string, Tensor>> {
  const bytes = readFileSync(path);
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + headerLength).toString()) as Readonly<Record<string, Entry>>;
  const body = bytes.subarray(8 + headerLength);
  const tensors = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [start, end],
        },
      ]) => {
        const known = dtypes[dtype];
        if (!known) throw new Error(`${name}: dtype ${dtype} is not read here`);
        return [name, fromBytes(known, shape, body.subarray(start, end))] as const;
      },
    );
  return Object.fromEntries(tensors);
}
