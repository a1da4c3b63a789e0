import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { ModelProtoSchema, NodeProtoSchema } from "onnx-buf";
import { ModelError } from "../../base/errors.ts";
import { count, bytes as size } from "../../base/words.ts";

/** Nodes of a model, those of its sub-graphs and functions too: the largest classifiers have some thousands. */
const mostNodes = 50_000;

/** Messages in the message: nodes, attributes, weights, what is told of tensors. Each of two bytes becomes several hundred. */
const mostMessages = 1_000_000;

/** What lists of numbers and texts may take: what stands as bytes takes no more than its bytes. */
const mostListBytes = 2 ** 31;

/** Messages in each other; the parser itself goes no deeper. */
const mostDeep = 100;

/**
 * Counts what an ONNX file becomes when it is parsed, without making any of it: a file of some megabytes can ask for all memory
 * there is. Lists of numbers that are packed, and bytes, are passed over as one.
 *
 * @throws {ModelError} "too-large" · {Error} for what is no message of ONNX's
 */
export function requireModest(bytes: Uint8Array): void {
  new Walk(bytes).message(ModelProtoSchema, bytes.length, 0);
}

class Walk {
  readonly #reader: BinaryReader;
  #nodes = 0;
  #messages = 0;
  #listBytes = 0;

  constructor(bytes: Uint8Array) {
    this.#reader = new BinaryReader(bytes);
  }

  /** @param end of the message, in bytes from the file's start */
  message(schema: DescMessage, end: number, depth: number): void {
    if (depth > mostDeep) throw new Error(`messages lie in each other more than ${mostDeep} deep`);
    this.#count(schema);
    const reader = this.#reader;
    while (reader.pos < end) {
      const [number, wireType] = reader.tag();
      const field = fieldsOf(schema).get(number);
      const inner = field && messageOf(field);
      if (inner) this.message(inner, this.#endOf(wireType), depth + 1);
      else this.#skip(field, number, wireType);
      if (reader.pos > end) throw new Error("a message ends behind the one that it lies in");
    }
  }

  #endOf(wireType: WireType): number {
    if (wireType !== WireType.LengthDelimited) throw new Error("a message stands as a number");
    const length = this.#reader.uint32();
    return this.#reader.pos + length;
  }

  #skip(field: DescField | undefined, number: number, wireType: WireType): void {
    const from = this.#reader.pos;
    this.#reader.skip(wireType, number);
    if (field?.fieldKind !== "list" || field.listKind !== "scalar") return;
    this.#listBytes += costOf(field.scalar, this.#reader.pos - from);
    if (this.#listBytes > mostListBytes) throw tooLarge(`lists that take more than ${size(mostListBytes)}`);
  }

  #count(schema: DescMessage): void {
    this.#messages++;
    if (schema.typeName === NodeProtoSchema.typeName) this.#nodes++;
    if (this.#nodes > mostNodes) throw tooLarge(`more than ${count(mostNodes)} nodes`);
    if (this.#messages > mostMessages) throw tooLarge(`more than ${count(mostMessages)} parts`);
  }
}

/** Bytes of memory for what stands in so many bytes of the file: at most, as numbers of few digits are short. */
function costOf(scalar: ScalarType, sizeBytes: number): number {
  switch (scalar) {
    case ScalarType.FLOAT:
      return 2 * sizeBytes;
    case ScalarType.DOUBLE:
      return sizeBytes;
    case ScalarType.INT64:
    case ScalarType.UINT64:
      // A bigint and its place.
      return 32 * sizeBytes;
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return 128 + sizeBytes;
    default:
      return 8 * sizeBytes;
  }
}

const fields = new Map<DescMessage, ReadonlyMap<number, DescField>>();

function fieldsOf(schema: DescMessage): ReadonlyMap<number, DescField> {
  const known = fields.get(schema);
  if (known) return known;
  const made = new Map(schema.fields.map((field) => [field.number, field] as const));
  fields.set(schema, made);
  return made;
}

function messageOf(field: DescField): DescMessage | undefined {
  if (field.fieldKind === "message") return field.message;
  return field.fieldKind === "list" && field.listKind === "message" ? field.message : undefined;
}

const tooLarge = (what: string): ModelError =>
  new ModelError("too-large", `The model has ${what}: no network has.`, {
    hint: "The file is damaged, or made to take all memory: take models from a place that you trust.",
  });
