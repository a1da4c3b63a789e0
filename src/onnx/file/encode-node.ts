import { create } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  AttributeProto_AttributeType as Kind,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from "onnx-buf";
import { bytesOf, type Tensor } from "../../base/tensor.ts";
import { utf8 } from "../../base/utf8.ts";
import { dataTypeCodes } from "../data-types.ts";
import type { Attribute, Graph, Node } from "../graph.ts";

/** How a sub-graph is written; passed in, as graphs hold nodes and nodes hold graphs. */
export type EncodeGraph = (graph: Graph) => GraphProto;

export function encodeNode(
  { name, op, domain, inputs, outputs, attributes }: Node,
  encodeGraph: EncodeGraph,
): NodeProto {
  return create(NodeProtoSchema, {
    name,
    opType: op,
    domain,
    input: [...inputs],
    output: [...outputs],
    attribute: Object.entries(attributes).map(([key, value]) => encodeAttribute(key, value, encodeGraph)),
  });
}

function encodeAttribute(name: string, attribute: Attribute, encodeGraph: EncodeGraph): AttributeProto {
  const made = (fields: Parameters<typeof create<typeof AttributeProtoSchema>>[1]) =>
    create(AttributeProtoSchema, { name, ...fields });
  switch (attribute.kind) {
    case "int":
      return made({ type: Kind.INT, i: int64(attribute.value) });
    case "float":
      return made({ type: Kind.FLOAT, f: Math.fround(attribute.value) });
    case "string":
      return made({ type: Kind.STRING, s: bytesOfText(attribute.value) });
    case "ints":
      return made({ type: Kind.INTS, ints: attribute.value.map(int64) });
    case "floats":
      return made({ type: Kind.FLOATS, floats: attribute.value.map(Math.fround) });
    case "strings":
      return made({ type: Kind.STRINGS, strings: attribute.value.map(bytesOfText) });
    case "tensor":
      return made({ type: Kind.TENSOR, t: encodeTensor("", attribute.value) });
    case "graph":
      return made({ type: Kind.GRAPH, g: encodeGraph(attribute.value) });
  }
}

/** A whole TensorProto, its elements copied. */
export function encodeTensor(name: string, value: Tensor): TensorProto {
  const proto = encodeTensorHead(name, value);
  proto.rawData = bytesOf(value).slice();
  return proto;
}

/** A TensorProto without its elements. */
export const encodeTensorHead = (name: string, { dtype, shape }: Tensor): TensorProto =>
  create(TensorProtoSchema, { name, dataType: dataTypeCodes[dtype], dims: shape.map(BigInt) });

const bytesOfText = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(utf8.encode(text));

const INT64_MAX = 2n ** 63n - 1n;

/** INT64_MAX is no JavaScript number: it was rounded up to 2^63 when it was read. */
function int64(value: number): bigint {
  const whole = BigInt(value);
  return whole > INT64_MAX ? INT64_MAX : whole;
}
