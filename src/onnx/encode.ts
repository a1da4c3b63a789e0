import { create, toBinary } from "@bufbuild/protobuf";
import {
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
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
const MOST_BYTES = 2 ** 31 - 1;

const { graph: graphField } = ModelProtoSchema.field;
const { initializer: initializerField } = GraphProtoSchema.field;
const { rawData: rawDataField } = TensorProtoSchema.field;

/**
 * Writes an ONNX file: `decodeModel` of it gives an equal model. Weights are copied once.
 *
 * @throws {ModelError} "unsupported-model" for a model of 2 GiB and more, which one protobuf file cannot hold
 */
export function encodeModel({ graph, irVersion, opsets, producer, metadata }: Model): Uint8Array {
  const head = create(ModelProtoSchema, {
    irVersion: BigInt(irVersion),
    producerName: producer,
    opsetImport: [...opsets].map(([domain, version]) => ({ domain, version: BigInt(version) })),
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  });
  const weights = [...graph.initializers].map(([name, value]) => field(initializerField.number, weight(name, value)));
  const frame = part(toBinary(GraphProtoSchema, frameOf(graph)));
  const file = joined([part(toBinary(ModelProtoSchema, head)), field(graphField.number, joined([frame, ...weights]))]);
  if (file.sizeBytes <= MOST_BYTES) return assembled(file);
  throw new ModelError("unsupported-model", `A model of ${file.sizeBytes} bytes does not fit into one ONNX file.`, {
    hint: "One file holds less than 2 GiB: use a smaller network.",
  });
}

const weight = (name: string, value: Tensor): Part =>
  joined([
    part(toBinary(TensorProtoSchema, encodeTensorHead(name, value))),
    field(rawDataField.number, part(bytesOf(value))),
  ]);

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
