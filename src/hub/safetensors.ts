import type { DType } from "../base/dtype.ts";
import { ModelError } from "../base/errors.ts";
import { sizeOf } from "../base/shape.ts";
import { bytesOf, fromBytes, type Tensor } from "../base/tensor.ts";
import { utf8 } from "../base/utf8.ts";

const codes = {
  float32: "F32",
  float64: "F64",
  float16: "F16",
  bfloat16: "BF16",
  int8: "I8",
  uint8: "U8",
  int16: "I16",
  uint16: "U16",
  int32: "I32",
  uint32: "U32",
  int64: "I64",
  uint64: "U64",
  bool: "BOOL",
} as const satisfies Record<DType, string>;

const dtypes = new Map(Object.entries(codes).map(([dtype, code]) => [code as string, dtype as DType]));

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/**
 * Tensors as a safetensors file in pieces, to be written one after another: header length as u64, a JSON header padded to 8
 * bytes, raw little-endian bytes. The pieces are views on the tensors: nothing as large as the file is made.
 *
 * @see https://github.com/huggingface/safetensors#format
 */
export function safetensorsPieces(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): readonly Uint8Array[] {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let end = 0;
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: codes[dtype], shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const json = utf8.encode(JSON.stringify(header));
  const padded = Math.ceil(json.byteLength / 8) * 8;
  const start = new Uint8Array(8 + padded).fill(0x20);
  new DataView(start.buffer).setBigUint64(0, BigInt(padded), true);
  start.set(json, 8);
  return [start, ...Object.values(tensors).map(bytesOf)];
}

/** The same in one piece of memory. */
export function encodeSafetensors(...content: Parameters<typeof safetensorsPieces>): Uint8Array {
  const pieces = safetensorsPieces(...content);
  const file = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    file.set(piece, at);
    at += piece.byteLength;
  }
  return file;
}

/**
 * Reads a safetensors file; the tensors are views on `bytes` where their alignment allows it.
 *
 * @throws {ModelError} "bad-safetensors"
 */
export function decodeSafetensors(bytes: Uint8Array): Readonly<Record<string, Tensor>> {
  const { header, body } = split(bytes);
  const entries = Object.entries(header).filter(([name]) => name !== "__metadata__");
  return Object.fromEntries(entries.map(([name, entry]) => [name, read(name, entry, body)]));
}

/** What a safetensors file says beside its tensors, all of it text. @throws {ModelError} "bad-safetensors" */
export function safetensorsMetadata(bytes: Uint8Array): Readonly<Record<string, string>> {
  const { __metadata__: metadata = {} } = split(bytes).header;
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, String(value)]));
}

function split(bytes: Uint8Array): { readonly header: Readonly<Record<string, Entry>>; readonly body: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.byteLength >= 8 ? Number(view.getBigUint64(0, true)) : Number.POSITIVE_INFINITY;
  if (8 + length > bytes.byteLength) throw bad("it is cut off");
  try {
    return { header: JSON.parse(utf8.decode(bytes.subarray(8, 8 + length))), body: bytes.subarray(8 + length) };
  } catch (cause) {
    throw bad("its header is not JSON", cause);
  }
}

function read(name: string, { dtype, shape, data_offsets: [start, end] }: Entry, body: Uint8Array): Tensor {
  const known = dtypes.get(dtype);
  if (!known) throw bad(`"${name}" has the unknown dtype ${dtype}`);
  if (!(start >= 0 && start <= end && end <= body.byteLength)) throw bad(`"${name}" lies outside of the file`);
  const value = fromBytes(known, shape, body.subarray(start, end));
  if (value.data.length !== sizeOf(shape)) throw bad(`"${name}" has ${value.data.length} elements for [${shape}]`);
  return value;
}

const bad = (what: string, cause?: unknown) =>
  new ModelError("bad-safetensors", `This is not a whole safetensors file: ${what}.`, { cause });
