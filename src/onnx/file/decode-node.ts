import { type AttributeProto, type GraphProto, AttributeProto_AttributeType as Kind, type NodeProto } from "onnx-buf";
import { utf8 } from "../../base/utf8.ts";
import type { Attribute, Graph, Node } from "../graph.ts";
import { decodeTensor, unsupported } from "./decode-tensor.ts";

/** How a sub-graph is read; passed in, as graphs hold nodes and nodes hold graphs. */
export type DecodeGraph = (proto: GraphProto) => Graph;

const kindNames: Readonly<Record<number, string>> = {
  [Kind.UNDEFINED]: "no kind",
  [Kind.SPARSE_TENSOR]: "a sparse tensor",
  [Kind.TYPE_PROTO]: "a type",
  [Kind.TENSORS]: "a list of tensors",
  [Kind.GRAPHS]: "a list of graphs",
  [Kind.SPARSE_TENSORS]: "a list of sparse tensors",
  [Kind.TYPE_PROTOS]: "a list of types",
};

/** @throws {ModelError} "unsupported-model" for an attribute of a kind that Regraft does not hold */
export function decodeNode(proto: NodeProto, name: string, decodeGraph: DecodeGraph): Node {
  const { opType: op, domain, input: inputs, output: outputs, attribute } = proto;
  const attributes = attribute.map((one) => [one.name, decodeAttribute(one, name, decodeGraph)] as const);
  return { name, op, domain: domainOf(domain), inputs, outputs, attributes: Object.fromEntries(attributes) };
}

/** "ai.onnx" is another way to write ONNX's own domain. */
export const domainOf = (domain: string): string => (domain === "ai.onnx" ? "" : domain);

function decodeAttribute(proto: AttributeProto, node: string, decodeGraph: DecodeGraph): Attribute {
  const label = `${node}.${proto.name}`;
  if (proto.refAttrName !== "") {
    throw unsupported(
      `The attribute "${label}" refers to the attribute "${proto.refAttrName}" of a function around it.`,
    );
  }
  switch (proto.type) {
    case Kind.INT:
      return { kind: "int", value: Number(proto.i) };
    case Kind.FLOAT:
      return { kind: "float", value: proto.f };
    case Kind.STRING:
      return { kind: "string", value: textOf(proto.s, label) };
    case Kind.INTS:
      return { kind: "ints", value: proto.ints.map(Number) };
    case Kind.FLOATS:
      return { kind: "floats", value: proto.floats };
    case Kind.STRINGS:
      return { kind: "strings", value: proto.strings.map((bytes) => textOf(bytes, label)) };
    case Kind.TENSOR:
      if (proto.t) return { kind: "tensor", value: decodeTensor(proto.t, proto.t.name || label) };
      break;
    case Kind.GRAPH:
      if (proto.g) return { kind: "graph", value: decodeGraph(proto.g) };
  }
  const kind = kindNames[proto.type] ?? `kind ${proto.type}`;
  throw unsupported(`The attribute "${proto.name}" of node "${node}" holds ${kind}.`);
}

function textOf(bytes: Uint8Array, label: string): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw unsupported(`The attribute "${label}" holds bytes that are not text.`, { cause });
  }
}
