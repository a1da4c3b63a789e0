import { fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  TensorProto_DataLocation,
} from "onnx-buf";
import type { Random } from "../../src/base/random.ts";
import { type Mutation, oneOf } from "./mutation.ts";

/** Numbers that no extent, axis or attribute should have, and some that one might. */
const absurd = [-1n, -7n, 0n, 1n, 2n, 3n, 99n, 65_536n, 2n ** 31n, 2n ** 40n, 2n ** 53n + 1n, 2n ** 62n, -(2n ** 63n)];

const elsewhere = [
  "../outside.bin",
  "../../secret/weights.bin",
  "/secret/weights.bin",
  "/etc/passwd",
  "C:\\weights.bin",
  "..\\outside.bin",
  "sub/../../outside.bin",
  "missing.bin",
  "",
  ".",
  "\0",
  "model.onnx",
];

const otherOps = [
  "Conv",
  "Relu",
  "Gemm",
  "Reshape",
  "Softmax",
  "Concat",
  "Expand",
  "Loop",
  "If",
  "MaxPool",
  "Nonsense",
];

type Change = (model: ModelProto & { readonly graph: GraphProto }, rng: Random) => unknown;

/** Rewrites the message: the file stays well-formed protobuf, and what it says becomes nonsense. */
const rows: Readonly<Record<string, Change>> = {
  "a weight's extent is absurd": ({ graph }, rng) => replaceOne(oneOf(rng, graph.initializer)?.dims, rng, absurd),
  "a weight's extents are swapped": ({ graph }, rng) =>
    oneOf(
      rng,
      graph.initializer.filter(({ dims }) => dims.length > 1),
    )?.dims.reverse(),
  "a weight gains an axis": ({ graph }, rng) => oneOf(rng, graph.initializer)?.dims.push(1n),
  "a weight loses an axis": ({ graph }, rng) => oneOf(rng, graph.initializer)?.dims.pop(),
  "a weight's bytes are cut": ({ graph }, rng) => {
    const weight = oneOf(rng, graph.initializer);
    if (weight) weight.rawData = weight.rawData.slice(0, rng.int(weight.rawData.length + 1));
  },
  "a weight's type is another": ({ graph }, rng) => {
    const weight = oneOf(rng, graph.initializer);
    if (weight) weight.dataType = rng.int(30) - 2;
  },
  "a weight is not a number": ({ graph }, rng) => {
    const weight = oneOf(rng, graph.initializer);
    if (weight) weight.rawData = weight.rawData.map(() => 0xff);
  },
  "a weight is missing": ({ graph }, rng) => remove(graph.initializer, rng),
  "a weight lies elsewhere": ({ graph }, rng) => {
    const weight = oneOf(rng, graph.initializer);
    if (!weight) return;
    const field = (key: string, value: string) => ({ $typeName: "onnx.StringStringEntryProto" as const, key, value });
    weight.dataLocation = TensorProto_DataLocation.EXTERNAL;
    weight.rawData = new Uint8Array();
    weight.externalData = [field("location", oneOf(rng, elsewhere) ?? "")];
    if (rng.int(2) === 0) weight.externalData.push(field("offset", String(oneOf(rng, absurd))));
    if (rng.int(2) === 0) weight.externalData.push(field("length", String(oneOf(rng, absurd))));
  },
  "an input's extent is absurd": ({ graph }, rng) => setExtent(graph.input[0], rng),
  "an output's extent is absurd": ({ graph }, rng) => setExtent(graph.output[0], rng),
  "the input is missing": ({ graph }) => graph.input.splice(0),
  "the input comes twice": ({ graph }) => graph.input.push(...graph.input),
  "the output is missing": ({ graph }) => graph.output.splice(0),
  "an output that nobody makes": ({ graph }) => {
    const [output] = graph.output;
    if (output) output.name = "nobody";
  },
  "a name leads nowhere": ({ graph }, rng) => {
    const node = oneOf(rng, graph.node);
    if (node) node.input[rng.int(node.input.length)] = "nowhere";
  },
  "nodes wait for each other": ({ graph }, rng) => {
    const [early, late] = [rng.int(graph.node.length), rng.int(graph.node.length)].sort((a, b) => a - b);
    const [first, second] = [graph.node[early ?? 0], graph.node[late ?? 0]];
    if (first && second) first.input[0] = second.output[0] ?? "";
  },
  "two inputs are swapped": ({ graph }, rng) => oneOf(rng, graph.node)?.input.reverse(),
  "a node reads another tensor": ({ graph }, rng) => {
    const [node, maker] = [oneOf(rng, graph.node), oneOf(rng, graph.node)];
    if (node && maker) node.input[rng.int(node.input.length)] = maker.output[0] ?? "";
  },
  "a node lacks its inputs": ({ graph }, rng) => oneOf(rng, graph.node)?.input.splice(rng.int(2)),
  "a node has far too many inputs": ({ graph }, rng) => {
    const node = oneOf(rng, graph.node);
    node?.input.push(...Array.from({ length: 20 }, () => node.input[0] ?? ""));
  },
  "a node is missing": ({ graph }, rng) => remove(graph.node, rng),
  "a node comes twice": ({ graph }, rng) => {
    const node = oneOf(rng, graph.node);
    if (node) graph.node.push(node);
  },
  "the nodes are in another order": ({ graph }, rng) => {
    graph.node = rng.shuffle(graph.node);
  },
  "a node is another op": ({ graph }, rng) => {
    const node = oneOf(rng, graph.node);
    if (node) node.opType = oneOf(rng, otherOps) ?? "";
  },
  "a node is of another domain": ({ graph }, rng) => {
    const node = oneOf(rng, graph.node);
    if (node) node.domain = oneOf(rng, ["com.microsoft", "ai.onnx.ml", "elsewhere", "__proto__"]) ?? "";
  },
  "an attribute is absurd": ({ graph }, rng) => {
    const attribute = oneOf(rng, withAttributes(graph, rng));
    if (!attribute) return;
    attribute.i = oneOf(rng, absurd) ?? 0n;
    replaceOne(attribute.ints, rng, absurd);
  },
  "an attribute is longer": ({ graph }, rng) => oneOf(rng, withAttributes(graph, rng))?.ints.push(1n),
  "an attribute is shorter": ({ graph }, rng) => oneOf(rng, withAttributes(graph, rng))?.ints.pop(),
  "an attribute is of another kind": ({ graph }, rng) => {
    const attribute = oneOf(rng, withAttributes(graph, rng));
    if (attribute) attribute.type = rng.int(16) satisfies AttributeProto_AttributeType;
  },
  "an attribute has another name": ({ graph }, rng) => {
    const attribute = oneOf(rng, withAttributes(graph, rng));
    if (attribute) attribute.name = oneOf(rng, ["", "__proto__", "constructor", "axis", "nonsense"]) ?? "";
  },
  "a node's attributes are gone": ({ graph }, rng) => oneOf(rng, withSome(graph))?.attribute.splice(0),
  "names are everybody's": ({ graph }, rng) => {
    const name = oneOf(rng, ["__proto__", "constructor", "toString", "hasOwnProperty"]) ?? "";
    rename(graph, oneOf(rng, graph.node)?.output[0] ?? "", name);
  },
  "the opset is another": (model, rng) => {
    for (const one of model.opsetImport) one.version = oneOf(rng, [...absurd, 6n, 7n, 11n, 13n, 24n, 27n]) ?? 0n;
  },
  "sub-graphs in sub-graphs": ({ graph }, rng) => {
    const node = oneOf(rng, withSome(graph));
    const attribute = node?.attribute[0];
    if (!attribute) return;
    attribute.type = AttributeProto_AttributeType.GRAPH;
    attribute.g = fromBinary(ModelProtoSchema, new Uint8Array()).graph ?? { ...graph, node: [] };
  },
  "a constant target is absurd": ({ graph }, rng) => {
    const target = oneOf(
      rng,
      graph.initializer.filter(({ dataType, rawData }) => dataType === 7 && rawData.length >= 8),
    );
    if (!target) return;
    const numbers = new BigInt64Array(target.rawData.slice().buffer);
    numbers[rng.int(numbers.length)] = oneOf(rng, absurd) ?? 0n;
    target.rawData = new Uint8Array(numbers.buffer);
  },
};

export const modelMutations: readonly Mutation[] = Object.entries(rows).map(([name, change]) => ({
  name,
  apply: (bytes, rng) => {
    const model = fromBinary(ModelProtoSchema, bytes);
    const { graph } = model;
    if (!graph) return undefined;
    change(Object.assign(model, { graph }), rng);
    return toBinary(ModelProtoSchema, model);
  },
}));

const withSome = ({ node }: GraphProto): readonly NodeProto[] => node.filter(({ attribute }) => attribute.length > 0);

const withAttributes = (graph: GraphProto, rng: Random): NodeProto["attribute"] =>
  oneOf(rng, withSome(graph))?.attribute ?? [];

function replaceOne<T>(items: T[] | undefined, rng: Random, values: readonly T[]): void {
  const value = oneOf(rng, values);
  if (items && items.length > 0 && value !== undefined) items[rng.int(items.length)] = value;
}

function remove<T>(items: T[], rng: Random): void {
  items.splice(rng.int(items.length), 1);
}

function setExtent(info: GraphProto["input"][number] | undefined, rng: Random): void {
  const type = info?.type?.value;
  if (type?.case !== "tensorType") return;
  const extent = oneOf(rng, type.value.shape?.dim ?? []);
  if (extent) extent.value = { case: "dimValue", value: oneOf(rng, absurd) ?? 0n };
}

function rename({ node }: GraphProto, from: string, to: string): void {
  for (const { input, output } of node) {
    for (const names of [input, output]) {
      names.forEach((name, at) => {
        if (name === from) names[at] = to;
      });
    }
  }
}
