import { fromBinary } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { type ModelProto, ModelProtoSchema } from "onnx-buf";
import { ModelError } from "../../base/errors.ts";
import { requireModest } from "./message-size.ts";

/** Wire type of each field of ModelProto that a model may have only once. */
const singular: ReadonlyMap<number, WireType> = new Map(
  ModelProtoSchema.fields
    .filter(({ fieldKind }) => fieldKind === "scalar" || fieldKind === "message")
    .map(({ number, fieldKind, scalar }) => {
      const isText = fieldKind === "message" || scalar === 9;
      return [number, isText ? WireType.LengthDelimited : WireType.Varint];
    }),
);

/** Field numbers that ONNX has not reached; what carries a higher one is no part of a model. */
const HIGHEST_FIELD = 63;

/**
 * Reads the protobuf message of an ONNX file.
 *
 * Protobuf has no magic number, no length and no check sum, and skips what it does not know: a file that is cut off, has
 * something appended or is no model at all may parse. So the top level is walked first: every field has to end inside
 * of the file, be known, have its type, and those that are not repeated come once.
 *
 * What the rest would become in memory is counted before any of it is made.
 *
 * @throws {ModelError} "not-onnx" · "too-large"
 */
export function parseModel(bytes: Uint8Array): ModelProto {
  if (bytes.length === 0) throw notOnnx("The file is empty");
  try {
    checkTopLevel(bytes);
    requireModest(bytes);
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    throw notOnnx("The bytes are no protobuf message, or end in the middle of one", cause);
  }
  const proto = parsed(bytes);
  if (!proto.graph) throw notOnnx("There is no graph in it");
  if (proto.opsetImport.length === 0) throw notOnnx("It does not say which opset it is written for");
  return proto;
}

function parsed(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
  } catch (cause) {
    throw notOnnx("The bytes are no ONNX message", cause);
  }
}

function checkTopLevel(bytes: Uint8Array): void {
  const reader = new BinaryReader(bytes);
  const seen = new Set<number>();
  while (reader.pos < reader.len) {
    const at = reader.pos;
    const [field, wireType] = reader.tag();
    reader.skip(wireType, field);
    const expected = singular.get(field);
    const isRubbish = field > HIGHEST_FIELD || (expected !== undefined && (wireType !== expected || seen.has(field)));
    if (isRubbish)
      throw notOnnx(`From byte ${at} of ${bytes.length} on it holds something that is not part of a model`);
    seen.add(field);
  }
}

function notOnnx(what: string, cause?: unknown): ModelError {
  return new ModelError("not-onnx", `Not an ONNX model: ${what[0]?.toLowerCase()}${what.slice(1)}.`, {
    hint: "Fetch or export the file again, and check that its size is the expected one.",
    cause,
  });
}

/** A message with other values in some fields. A spread would lose protobuf's defaults, which are on its prototype. */
export const changed = <T extends object>(message: T, fields: Partial<T>): T =>
  Object.assign(Object.create(Object.getPrototypeOf(message)), message, fields);
