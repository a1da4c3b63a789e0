import { z } from "zod";
import { arrayOf, type DType } from "../base/dtype.ts";
import { ModelError } from "../base/errors.ts";
import { jsonIn, mostDescriptionBytes, whyNoJson } from "../base/json.ts";
import { mostAxes, sizeOf } from "../base/shape.ts";
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

const extent = z.number().int().min(0);

const metadataSchema = z.record(z.string(), z.string());

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(extent).max(mostAxes),
  data_offsets: z.tuple([extent, extent]),
});

/** A tensor as the header tells of it. */
interface Entry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Bytes from the end of the header on: the first, and the one behind the last. */
  readonly start: number;
  readonly end: number;
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
 * Reads a safetensors file; the tensors are views on `bytes` where their alignment allows it. As the format asks for, no two
 * share bytes.
 *
 * @throws {ModelError} "bad-safetensors"
 */
export function decodeSafetensors(bytes: Uint8Array): Readonly<Record<string, Tensor>> {
  const { header, body } = split(bytes);
  const entries = header.map(([name, about]) => entryOf(name, about, body));
  requireApart(entries);
  return Object.fromEntries(
    entries.map(({ name, dtype, shape, start, end }) => [name, fromBytes(dtype, shape, body.subarray(start, end))]),
  );
}

/** What a safetensors file says beside its tensors, all of it text. @throws {ModelError} "bad-safetensors" */
export function safetensorsMetadata(bytes: Uint8Array): Readonly<Record<string, string>> {
  return split(bytes).metadata;
}

interface Parts {
  readonly header: readonly (readonly [name: string, about: unknown])[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

function split(bytes: Uint8Array): Parts {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.byteLength >= 8 ? Number(view.getBigUint64(0, true)) : Number.POSITIVE_INFINITY;
  if (8 + length > bytes.byteLength) throw bad("it is cut off");
  if (length > mostDescriptionBytes) throw bad(`its header would have ${length} bytes`);
  const json = jsonOf(bytes.subarray(8, 8 + length));
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw bad("its header is no list of tensors");
  const header = Object.entries(json).filter(([name]) => name !== "__metadata__");
  const metadata = metadataSchema.safeParse("__metadata__" in json ? json.__metadata__ : {});
  if (!metadata.success) throw bad("what it says beside its tensors is no text");
  return { header, metadata: metadata.data, body: bytes.subarray(8 + length) };
}

function jsonOf(header: Uint8Array): unknown {
  try {
    return jsonIn(utf8.decode(header));
  } catch (cause) {
    throw bad(`its header ${whyNoJson(cause)}`, cause);
  }
}

function entryOf(name: string, about: unknown, body: Uint8Array): Entry {
  const { success, data, error } = entrySchema.safeParse(about);
  if (!success) {
    const [issue] = error.issues;
    throw bad(`"${name}" is not described as it should be: ${issue?.path.join(".")}: ${issue?.message}`, error);
  }
  const { shape } = data;
  const [start, end] = data.data_offsets;
  const dtype = dtypes.get(data.dtype);
  if (!dtype) throw bad(`"${name}" has the unknown dtype ${data.dtype}`);
  if (!(start <= end && end <= body.byteLength)) throw bad(`"${name}" lies outside of the file`);
  const wanted = sizeOf(shape) * arrayOf[dtype].BYTES_PER_ELEMENT;
  if (end - start !== wanted) throw bad(`"${name}" has ${end - start} bytes, and needs ${wanted} for [${shape}]`);
  return { name, dtype, shape, start, end };
}

/** Else a small file could become any number of tensors that are as large as it. */
function requireApart(entries: readonly Entry[]): void {
  const inOrder = entries.filter(({ start, end }) => start < end).sort((a, b) => a.start - b.start);
  inOrder.forEach((entry, at) => {
    const before = inOrder[at - 1];
    if (before && entry.start < before.end) throw bad(`"${before.name}" and "${entry.name}" share bytes`);
  });
}

const bad = (what: string, cause?: unknown) =>
  new ModelError("bad-safetensors", `This is not a whole safetensors file: ${what}.`, {
    cause,
    hint: "Download the file again, or save it again.",
  });
