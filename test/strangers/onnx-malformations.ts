import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  FunctionProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from "onnx-buf";
import { type Malformation, type Row, rowsOf, withFile } from "./malformation.ts";

type Change = (graph: GraphProto, model: ModelProto) => void;

/** The message with something done to it. */
const changing = (change: Change): Malformation["change"] =>
  withFile("model.onnx", (bytes) => {
    const model = fromBinary(ModelProtoSchema, bytes);
    if (model.graph) change(model.graph, model);
    return toBinary(ModelProtoSchema, model);
  });

const firstWeight = ({ initializer }: GraphProto) => initializer[0] ?? create(TensorProtoSchema);
const firstNode = ({ node }: GraphProto) => node[0] ?? create(NodeProtoSchema);

const node = (opType: string, input: readonly string[], output: readonly string[], domain = "") =>
  create(NodeProtoSchema, { opType, input: [...input], output: [...output], domain });

const int64s = (name: string, values: readonly bigint[], dims = [BigInt(values.length)]) =>
  create(TensorProtoSchema, { name, dataType: 7, dims, int64Data: [...values] });

const floats = (name: string, values: readonly number[]) =>
  create(TensorProtoSchema, { name, dataType: 1, dims: [BigInt(values.length)], floatData: [...values] });

/** Adds the largest number of what `op` makes to the logits, so that nobody can leave it out. */
const blowingUp = (op: string, ...inputs: readonly ReturnType<typeof int64s>[]): Malformation["change"] =>
  changing((graph) => {
    const [output] = graph.output;
    if (!output) return;
    graph.initializer.push(...inputs);
    const made = inputs.map(({ name }) => name);
    const cast = node("Cast", ["bomb"], ["bomb.float"]);
    cast.attribute.push(attribute("to", { type: AttributeProto_AttributeType.INT, i: 1n }));
    const most = node("ReduceMax", ["bomb.float"], ["bomb.most"]);
    most.attribute.push(attribute("keepdims", { type: AttributeProto_AttributeType.INT, i: 0n }));
    graph.node.push(node(op, made, ["bomb"]), cast, most, node("Add", [output.name, "bomb.most"], ["blown"]));
    output.name = "blown";
  });

const attribute = (name: string, fields: Parameters<typeof create<typeof AttributeProtoSchema>>[1]) =>
  create(AttributeProtoSchema, { name, ...fields });

/** A graph in a graph in a graph ... @param deep how many */
function nestedGraph(deep: number): GraphProto {
  let inner = create(GraphProtoSchema, { name: "g", output: [create(ValueInfoProtoSchema, { name: "y" })] });
  for (let level = 1; level < deep; level++) {
    const around = node("If", ["c"], ["y"]);
    around.attribute.push(attribute("then_branch", { type: AttributeProto_AttributeType.GRAPH, g: inner }));
    inner = create(GraphProtoSchema, { name: "g", node: [around] });
  }
  return inner;
}

const withGraphInside = (deep: number) =>
  changing((graph) => {
    firstNode(graph).attribute.push(
      attribute("body", { type: AttributeProto_AttributeType.GRAPH, g: nestedGraph(deep) }),
    );
  });

/** Functions f0, f1 ..., each of which calls others, and a node that calls f0. */
const withFunctions = (count: number, calls: (at: number) => readonly string[]) =>
  changing((graph, model) => {
    model.opsetImport.push({ $typeName: "onnx.OperatorSetIdProto", domain: "own", version: 1n });
    model.functions = Array.from({ length: count }, (_, at) => {
      const called = calls(at);
      const last = called.length - 1;
      return create(FunctionProtoSchema, {
        domain: "own",
        name: `f${at}`,
        input: ["x"],
        output: ["y"],
        opsetImport: model.opsetImport,
        node: called.map((name, step) =>
          node(
            name,
            [step === 0 ? "x" : `t${step}`],
            [step === last ? "y" : `t${step + 1}`],
            name === "Relu" ? "" : "own",
          ),
        ),
      });
    });
    const [output] = graph.output;
    if (!output) return;
    graph.node.push(node("f0", [output.name], ["called"], "own"));
    output.name = "called";
  });

/** Length-delimited fields as bytes. */
function field(number: number, content: Uint8Array): Uint8Array {
  const head = [(number << 3) | 2];
  let rest = content.length;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) head.push((rest % 128) | 0x80);
  head.push(rest);
  const whole = new Uint8Array(head.length + content.length);
  whole.set(head);
  whole.set(content, head.length);
  return whole;
}

/** The bytes of the graph, and those of the model without it. */
function apart(bytes: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const { graph = create(GraphProtoSchema), ...around } = fromBinary(ModelProtoSchema, bytes);
  return [toBinary(GraphProtoSchema, graph), toBinary(ModelProtoSchema, around)];
}

/** The file, and so many empty messages as a field of its graph: two bytes each. */
const withEmpty = (number: number, count: number): Malformation["change"] =>
  withFile("model.onnx", (bytes) => {
    const [graph, around] = apart(bytes);
    const many = new Uint8Array(graph.length + 2 * count);
    many.set(graph);
    for (let at = graph.length; at < many.length; at += 2) many[at] = (number << 3) | 2;
    return joined(around, field(7, many));
  });

/** A weight of so many numbers of one byte each, and what its list becomes in memory. */
const withLongList = (count: number): Malformation["change"] =>
  withFile("model.onnx", (bytes) => {
    const [graph, around] = apart(bytes);
    const weight = field(5, field(7, new Uint8Array(count)));
    return joined(around, field(7, joined(graph, weight)));
  });

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}

const shaped = (...dims: readonly bigint[]) =>
  changing((graph) => {
    firstWeight(graph).dims = [...dims];
  });

const rawOf = (make: (bytes: Uint8Array) => Uint8Array) =>
  changing((graph) => {
    const weight = firstWeight(graph);
    weight.rawData = Uint8Array.from(make(weight.rawData));
  });

const inputExtent = (extent: bigint) =>
  changing((graph) => {
    const type = graph.input[0]?.type?.value;
    const dim = type?.case === "tensorType" ? type.value.shape?.dim[2] : undefined;
    if (dim) dim.value = { case: "dimValue", value: extent };
  });

/** So many nodes one behind the other, behind the logits. */
const chained = (count: number) =>
  changing((graph) => {
    const [output] = graph.output;
    if (!output) return;
    for (let at = 0; at < count; at++) {
      graph.node.push(node("Relu", [at === 0 ? output.name : `chain${at}`], [`chain${at + 1}`]));
    }
    output.name = `chain${count}`;
  });

/** Heights h, h + ⌊h / 2⌋ and so on, in front of the network, whose height is open. */
const growing = (count: number) =>
  changing((graph) => {
    const [input] = graph.input;
    const type = input?.type?.value;
    const height = type?.case === "tensorType" ? type.value.shape?.dim[2] : undefined;
    if (!input || !height) return;
    height.value = { case: "dimParam", value: "h" };
    const readers = graph.node.filter((one) => one.input.includes(input.name));
    let last = input.name;
    const grown = Array.from({ length: count }, (_, at) => {
      const pool = node("MaxPool", [last], [`half${at}`]);
      const INTS = AttributeProto_AttributeType.INTS;
      pool.attribute.push(attribute("kernel_shape", { type: INTS, ints: [2n, 1n] }));
      pool.attribute.push(attribute("strides", { type: INTS, ints: [2n, 1n] }));
      const both = node("Concat", [last, `half${at}`], [`grown${at}`]);
      both.attribute.push(attribute("axis", { type: AttributeProto_AttributeType.INT, i: 2n }));
      last = `grown${at}`;
      return [pool, both];
    });
    for (const reader of readers) reader.input = reader.input.map((name) => (name === input.name ? last : name));
    graph.node.unshift(...grown.flat());
  });

/** A node of the op alone reads the logits, with an attribute of whole numbers. */
const asking = (op: string, name: string, value: bigint, opset = 17n) =>
  changing((graph, model) => {
    const [output] = graph.output;
    if (!output) return;
    for (const one of model.opsetImport) one.version = opset;
    const asked = node(op, [output.name], ["asked"]);
    asked.attribute.push(attribute(name, { type: AttributeProto_AttributeType.INT, i: value }));
    graph.node.push(asked);
    output.name = "asked";
  });

const rows: readonly Row[] = [
  ["a height whose expression doubles with every second node", "bad-shape", growing(60)],
  ["two thousand nodes in a chain", "read", chained(2000)],
  ["fifty thousand nodes in a chain", "too-large", chained(50_000)],
  ["parts by the trillion", "bad-shape", asking("Split", "num_outputs", 2n ** 40n, 20n)],
  ["a softmax over axis 2^40", "bad-shape", asking("Softmax", "axis", 2n ** 40n)],
  ["axes by the trillion", "bad-shape", blowingUp("ConstantOfShape", int64s("n", new Array<bigint>(60).fill(1n)))],
  ["an extent of 2^40", "not-onnx", shaped(2n ** 40n)],
  ["a negative extent", "not-onnx", shaped(-1n, 4n)],
  ["two negative extents", "not-onnx", shaped(-4n, -4n)],
  ["extents whose product overflows", "not-onnx", shaped(2n ** 31n, 2n ** 31n, 4n)],
  ["an extent beyond 2^53", "not-onnx", shaped(2n ** 53n + 1n)],
  ["a thousand axes", "not-onnx", shaped(...new Array<bigint>(1000).fill(1n))],
  ["raw bytes that are too few", "not-onnx", rawOf((bytes) => bytes.slice(4))],
  ["raw bytes that are too many", "not-onnx", rawOf((bytes) => joined(bytes, new Uint8Array(4)))],
  ["raw bytes that end inside of a number", "not-onnx", rawOf((bytes) => bytes.slice(1))],
  ["an input of 2^62 pixels", "not-onnx", inputExtent(2n ** 62n)],
  ["an input of a million pixels a side", "read", inputExtent(1_000_000n)],
  [
    "nodes in a circle",
    "bad-graph",
    changing((graph) => {
      firstNode(graph).input[0] = graph.output[0]?.name ?? "";
    }),
  ],
  [
    "a node that reads itself",
    "bad-graph",
    changing((graph) => {
      firstNode(graph).input[0] = firstNode(graph).output[0] ?? "";
    }),
  ],
  ["graphs in graphs, 20 deep", "unsupported-model", withGraphInside(20)],
  ["graphs in graphs, 100 deep", "not-onnx", withGraphInside(100)],
  ["a function that calls itself", "unsupported-model", withFunctions(1, () => ["f0"])],
  ["functions that call each other", "unsupported-model", withFunctions(2, (at) => [`f${1 - at}`])],
  [
    "functions of which each calls the next twice, 30 deep",
    "unsupported-model",
    withFunctions(31, (at) => (at === 30 ? ["Relu"] : [`f${at + 1}`, `f${at + 1}`])),
  ],
  [
    "functions that call each other 200 deep",
    "unsupported-model",
    withFunctions(201, (at) => (at === 200 ? ["Relu"] : [`f${at + 1}`])),
  ],
  ["a million nodes", "too-large", withEmpty(1, 1_000_000)],
  ["two million weights", "too-large", withEmpty(5, 2_000_000)],
  ["two million inputs", "too-large", withEmpty(11, 2_000_000)],
  ["a list of 70 million whole numbers", "too-large", withLongList(70_000_000)],
  [
    "names with a zero byte",
    "read",
    changing((graph) => {
      for (const one of graph.node) one.name = `a\0${one.name}`;
    }),
  ],
  [
    "a name of a megabyte",
    "read",
    changing((graph) => {
      firstNode(graph).name = "x".repeat(2 ** 20);
    }),
  ],
  [
    "an op with a zero byte",
    "unknown-op",
    changing((graph) => {
      firstNode(graph).opType = "Conv\0";
    }),
  ],
  [
    "an op that everything has",
    "unknown-op",
    changing((graph) => {
      firstNode(graph).opType = "constructor";
    }),
  ],
  [
    "an attribute that everything has",
    "unsupported-attribute",
    changing((graph) => {
      firstNode(graph).attribute.push(attribute("__proto__", { type: AttributeProto_AttributeType.INT, i: 1n }));
    }),
  ],
  [
    "tensors that everything has",
    "read",
    changing((graph) => {
      const [first, second] = graph.node;
      if (!first || !second) return;
      for (const one of graph.node)
        one.input = one.input.map((name) => (name === first.output[0] ? "__proto__" : name));
      first.output[0] = "__proto__";
    }),
  ],
  [
    "metadata that everything has",
    "read",
    changing((_, model) => {
      const entry = (key: string) => ({ $typeName: "onnx.StringStringEntryProto" as const, key, value: "polluted" });
      model.metadataProps.push(entry("__proto__"), entry("constructor"));
    }),
  ],
  [
    "an opset of 2^40",
    "unsupported-opset",
    changing((_, model) => {
      for (const one of model.opsetImport) one.version = 2n ** 40n;
    }),
  ],
  ["a fill of 2^40 numbers", "too-large", blowingUp("ConstantOfShape", int64s("n", [2n ** 40n]))],
  ["a fill of 2^26 numbers", "too-large", blowingUp("ConstantOfShape", int64s("n", [2n ** 26n]))],
  [
    "an expansion to 2^40 numbers",
    "too-large",
    blowingUp("Expand", floats("one", [1]), int64s("n", [2n ** 20n, 2n ** 20n])),
  ],
  ["a tiling to 2^40 numbers", "too-large", blowingUp("Tile", floats("one", [1]), int64s("n", [2n ** 40n]))],
  [
    "a range of 2^40 numbers",
    "too-large",
    blowingUp("Range", int64s("from", [0n], []), int64s("to", [2n ** 40n], []), int64s("step", [1n], [])),
  ],
  ["a padding by 2^40 numbers", "too-large", blowingUp("Pad", floats("one", [1]), int64s("n", [2n ** 40n, 0n]))],
];

export const onnxMalformations: readonly Malformation[] = rowsOf("onnx mobilenet.onnx", rows);
