import type { GraphProto, NodeProto, ValueInfoProto } from "onnx-buf";

/** TensorProto.DataType of texts. */
const STRING = 8;

/** A graph without what Regraft cannot hold and no gradient needs: labels as texts, lists of label and score. */
interface Held {
  readonly graph: GraphProto;
  /** Names of the outputs that were left out. */
  readonly opaqueOutputs: readonly string[];
}

/**
 * Leaves out weights that are texts, the nodes that read or make texts, and outputs that are texts, sequences or maps:
 * what classifiers are exported with to give out a label. The nodes that the scores come from stay.
 */
export function withoutOpaque(graph: GraphProto): Held {
  const opaque = new Set(graph.initializer.filter(({ dataType }) => dataType === STRING).map(({ name }) => name));
  const node = graph.node.filter((one) => {
    const isOpaque = makesTexts(one) || one.input.some((name) => opaque.has(name));
    if (isOpaque) for (const name of one.output) if (name !== "") opaque.add(name);
    return !isOpaque;
  });
  const initializer = graph.initializer.filter(({ name }) => !opaque.has(name));
  const output = graph.output.filter((value) => isHeld(value, opaque));
  const held = new Set(output);
  return {
    graph: { ...graph, node, initializer, output },
    opaqueOutputs: graph.output.filter((value) => !held.has(value)).map(({ name }) => name),
  };
}

function isHeld({ name, type }: ValueInfoProto, opaque: ReadonlySet<string>): boolean {
  const value = type?.value;
  const isList = value?.case === "sequenceType" || value?.case === "mapType";
  return !opaque.has(name) && !isList && !(value?.case === "tensorType" && value.value.elemType === STRING);
}

/** Attributes with which an op of ai.onnx.ml gives out texts. */
const textValues: ReadonlySet<string> = new Set(["values_strings", "classes_strings", "cats_strings"]);

function makesTexts({ opType, domain, attribute }: NodeProto): boolean {
  if (opType === "Cast") return attribute.some(({ name, i }) => name === "to" && Number(i) === STRING);
  if (opType === "Constant") return attribute.some(({ t, s, strings, name }) => isText(name, t?.dataType, s, strings));
  const isLabel = domain === "ai.onnx.ml" && (opType === "LabelEncoder" || opType === "CategoryMapper");
  return isLabel && attribute.some(({ name, strings }) => textValues.has(name) && strings.length > 0);
}

const isText = (name: string, dataType: number | undefined, s: Uint8Array, strings: readonly Uint8Array[]): boolean =>
  dataType === STRING || (name === "value_string" && s.length > 0) || strings.length > 0;
