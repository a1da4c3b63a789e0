import { create, toBinary } from "@bufbuild/protobuf";
import {
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "onnx-buf";
import { ModelError } from "../base/errors.ts";
import { bytesOf, type Tensor } from "../base/tensor.ts";
import { dataTypeCodes } from "./data-types.ts";
import { encodeNode, encodeTensor, encodeTensorHead } from "./file/encode-node.ts";
import { assembled, field, joined, type Part, part } from "./file/wire.ts";
import type { Graph, Model, ValueInfo } from "./graph.ts";

/** Protobuf readers stop here. */
export const MOST_BYTES = 2 ** 31 - 1;

const { graph: graphField } = ModelProtoSchema.field;
const { initializer: initializerField } = GraphProtoSchema.field;
const { rawData: rawDataField } = TensorProtoSchema.field;

/**
 * Writes an ONNX file: `decodeModel` of it gives an equal model. Weights are copied once.
 *
 * @param places where the caller keeps the weights that are not to be in the file; none by default
 * @throws {ModelError} "unsupported-model" for a model of 2 GiB and more, which one protobuf file cannot hold; see
 *   `encodeForDisk` and `encodeForEngine`
 */
export function encodeModel(model: Model, places: ExternalPlaces = new Map()): Uint8Array {
  const file = messageOf(model, places);
  if (file.sizeBytes <= MOST_BYTES) return assembled(file);
  throw new ModelError("unsupported-model", `A model of ${file.sizeBytes} bytes does not fit into one ONNX file.`, {
    hint: "One file holds less than 2 GiB: write it with its weights in a file of their own, or use a smaller network.",
  });
}

/** Where the elements of a weight stand that are not in the model's own file. */
export interface ExternalPlace {
  readonly location: string;
  readonly offset: number;
}

/** By the weight's name; weights that are not here stand in the model's own file. */
export type ExternalPlaces = ReadonlyMap<string, ExternalPlace>;

/** The message of a model, not yet in one piece of memory. */
export function messageOf(
  { graph, irVersion, opsets, producer, metadata, nodeOpsets }: Model,
  places: ExternalPlaces = new Map(),
): Part {
  if (nodeOpsets)
    throw new ModelError("unsupported-model", "A file has one opset: raise the model's nodes to it first.");
  const head = create(ModelProtoSchema, {
    irVersion: BigInt(irVersion),
    producerName: producer,
    opsetImport: [...opsets].map(([domain, version]) => ({ domain, version: BigInt(version) })),
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  });
  const weights = [...graph.initializers].map(([name, value]) => {
    const place = places.get(name);
    return field(initializerField.number, place ? referenceTo(place, name, value) : weight(name, value));
  });
  const frame = part(toBinary(GraphProtoSchema, frameOf(graph)));
  return joined([part(toBinary(ModelProtoSchema, head)), field(graphField.number, joined([frame, ...weights]))]);
}

const weight = (name: string, value: Tensor): Part =>
  joined([
    part(toBinary(TensorProtoSchema, encodeTensorHead(name, value))),
    field(rawDataField.number, part(bytesOf(value))),
  ]);

function referenceTo({ location, offset }: ExternalPlace, name: string, value: Tensor): Part {
  const proto = encodeTensorHead(name, value);
  const entries = { location, offset: String(offset), length: String(value.data.byteLength) };
  proto.dataLocation = TensorProto_DataLocation.EXTERNAL;
  proto.externalData = Object.entries(entries).map(([key, text]) =>
    create(StringStringEntryProtoSchema, { key, value: text }),
  );
  return part(toBinary(TensorProtoSchema, proto));
}

/** A graph without its initializers. */
function frameOf({ name, inputs, outputs, nodes }: Graph): GraphProto {
  return create(GraphProtoSchema, {
    name,
    input: inputs.map(encodeValue),
    output: outputs.map(encodeValue),
    node: nodes.map((node) => encodeNode(node, encodeSubgraph)),
  });
}

function encodeSubgraph(graph: Graph): GraphProto {
  const proto = frameOf(graph);
  proto.initializer = [...graph.initializers].map(([name, value]) => encodeTensor(name, value));
  return proto;
}

function encodeValue({ name, dtype, shape }: ValueInfo): ValueInfoProto {
  const dim = shape?.map((extent) => ({
    value:
      typeof extent === "number"
        ? ({ case: "dimValue", value: BigInt(extent) } as const)
        : ({ case: "dimParam", value: extent } as const),
  }));
  const elemType = dataTypeCodes[dtype];
  const tensorType = dim ? { elemType, shape: { dim } } : { elemType };
  return create(ValueInfoProtoSchema, { name, type: { value: { case: "tensorType", value: tensorType } } });
}
