import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  type AttributeProtoSchema,
  type FunctionProto,
  type FunctionProtoSchema,
  type GraphProto,
  type GraphProtoSchema,
  AttributeProto_AttributeType as Kind,
  ModelProtoSchema,
  type NodeProto,
  type NodeProtoSchema,
} from "onnx-buf";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { decodeModel } from "../decode.ts";
import { encodeModel } from "../encode.ts";
import type { Model } from "../graph.ts";

type NodeInit = Exclude<MessageInitShape<typeof NodeProtoSchema>, NodeProto>;
type FunctionInit = Exclude<MessageInitShape<typeof FunctionProtoSchema>, FunctionProto>;
type AttributeInit = Exclude<MessageInitShape<typeof AttributeProtoSchema>, AttributeProto>;
type GraphInit = Exclude<MessageInitShape<typeof GraphProtoSchema>, GraphProto>;

const dim = (extent: bigint) => ({ value: { case: "dimValue", value: extent } as const });
const value = (name: string, elemType = 1) => ({
  name,
  type: {
    value: {
      case: "tensorType",
      value: { elemType, shape: { dim: [4n].map(dim) } },
    } as const,
  },
});
const node = (opType: string, input: string[], output: string[], more: object = {}): NodeInit => ({
  opType,
  input,
  output,
  name: `${opType}:${output.join()}`,
  ...more,
});
const call = (name: string, input: string[], output: string[], ...attribute: AttributeInit[]): NodeInit =>
  node(name, input, output, { domain: "my", attribute });
const float = (name: string, f: number): AttributeInit => ({ name, type: Kind.FLOAT, f });
const from = (name: string, refAttrName: string, type = Kind.FLOAT): AttributeInit => ({ name, type, refAttrName });
const body = (name: string, input: string[], output: string[], nodes: NodeInit[], more: object = {}): FunctionInit => ({
  domain: "my",
  name,
  input,
  output,
  node: nodes,
  opsetImport: [
    { domain: "", version: 18n },
    { domain: "my", version: 1n },
  ],
  ...more,
});

interface Options {
  readonly graph?: GraphInit;
  readonly opset?: bigint;
  readonly outputs?: readonly string[];
}

function file(nodes: NodeInit[], functions: FunctionInit[], { graph, opset = 18n, outputs = ["y"] }: Options = {}) {
  const proto = create(ModelProtoSchema, {
    irVersion: 10n,
    opsetImport: [
      { domain: "", version: opset },
      { domain: "my", version: 1n },
    ],
    functions,
    graph: { name: "g", node: nodes, input: [value("x")], output: outputs.map((name) => value(name)), ...graph },
  });
  return toBinary(ModelProtoSchema, proto);
}

async function run(bytes: Uint8Array): Promise<readonly unknown[]> {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const outputs = await session.run({ x: new OrtTensor("float32", Float32Array.of(-2, -0.5, 1, 3), [4]) });
  return session.outputNames.map((name) => Array.from(outputs[name]?.data ?? [], Number));
}

/** onnxruntime knows functions itself: with them and without them the model must say the same. */
async function inlined(bytes: Uint8Array): Promise<Model> {
  const model = decodeModel(bytes);
  expect(model.graph.nodes.filter(({ domain }) => domain !== "")).toEqual([]);
  const [expected, plain] = [await run(bytes), await run(encodeModel(model))];
  expect(plain).toEqual(expected);
  return model;
}

const leaky = body("Leaky", ["a"], ["b"], [node("LeakyRelu", ["a"], ["b"], { attribute: [from("alpha", "slope")] })], {
  attributeProto: [float("slope", 0.5)],
});
const twice = body("Twice", ["a"], ["b"], [node("Add", ["a", "a"], ["t"]), node("Identity", ["t"], ["b"])]);

describe("a call gives way to the nodes of its function", () => {
  test("with names of its own for each call", async () => {
    const { graph } = await inlined(file([call("Twice", ["x"], ["t"]), call("Twice", ["t"], ["y"])], [twice]));
    expect(graph.nodes.map(({ inputs, outputs }) => [...inputs, ...outputs])).toEqual([
      ["x", "x", "Twice:t/t"],
      ["Twice:t/t", "t"],
      ["t", "t", "Twice:y/t"],
      ["Twice:y/t", "y"],
    ]);
    expect(new Set(graph.nodes.map(({ name }) => name)).size).toBe(4);
  });

  test("with attributes by reference: the call's, the default, or the op's own", async () => {
    const bare = body(
      "Bare",
      ["a"],
      ["b"],
      [node("LeakyRelu", ["a"], ["b"], { attribute: [from("alpha", "slope")] })],
      {
        attribute: ["slope"],
      },
    );
    const nodes = [
      call("Leaky", ["x"], ["p"], float("slope", 0.25)),
      call("Leaky", ["p"], ["q"]),
      call("Bare", ["q"], ["y"]),
    ];
    const { graph } = await inlined(file(nodes, [leaky, bare]));
    expect(graph.nodes.map(({ attributes }) => attributes.alpha?.value)).toEqual([0.25, 0.5, undefined]);
  });

  test("in nested calls, which hand attributes on", async () => {
    const outer = body(
      "Outer",
      ["a"],
      ["b"],
      [call("Twice", ["a"], ["t"]), call("Leaky", ["t"], ["b"], from("slope", "s"))],
      {
        attribute: ["s"],
      },
    );
    const { graph } = await inlined(file([call("Outer", ["x"], ["y"], float("s", 0.125))], [outer, twice, leaky]));
    expect(graph.nodes.map(({ op }) => op)).toEqual(["Add", "Identity", "LeakyRelu"]);
    expect(graph.nodes[2]?.attributes.alpha?.value).toBe(0.125);
  });

  test("with optional inputs absent and outputs unused", async () => {
    const clip = body(
      "Clipped",
      ["a", "low", "high"],
      ["b", "unused"],
      [node("Clip", ["a", "low", "high"], ["b"]), node("Neg", ["b"], ["unused"])],
    );
    const nodes = [call("Clipped", ["x", "", "one"], ["p"]), call("Clipped", ["p", "low"], ["y"])];
    const scalar = (name: string, number: number) => ({ name, dataType: 1, dims: [], floatData: [number] });
    const model = decodeModel(
      file(nodes, [clip], { graph: { initializer: [scalar("one", 0.75), scalar("low", -1)] } }),
    );
    expect(model.graph.nodes.filter(({ op }) => op === "Clip").map(({ inputs }) => inputs)).toEqual([
      ["x", "", "one"],
      ["p", "low", ""],
    ]);
    expect(await run(encodeModel(model))).toEqual([[-1, -0.5, 0.75, 0.75]]);
  });

  test("also where it hands an input on as an output, or gives one tensor out twice", async () => {
    const passing = body("Pass", ["a"], ["b", "a", "b"], [node("Neg", ["a"], ["b"])]);
    const model = decodeModel(
      file(
        [call("Pass", ["x"], ["p", "q", "r"]), node("Sub", ["p", "q"], ["s"]), node("Mul", ["s", "r"], ["y"])],
        [passing],
      ),
    );
    // (−x − x)·(−x) = 2x²
    expect(await run(encodeModel(model))).toEqual([[8, 0.5, 2, 18]]);
  });

  test("by overload", async () => {
    const other = body("Twice", ["a"], ["b"], [node("Neg", ["a"], ["b"])], { overload: "minus" });
    const nodes = [call("Twice", ["x"], ["p"]), node("Twice", ["p"], ["y"], { domain: "my", overload: "minus" })];
    const { graph } = await inlined(file(nodes, [twice, other]));
    expect(graph.nodes.map(({ op }) => op)).toEqual(["Add", "Identity", "Neg"]);
  });

  test("with sub-graphs that read what is around them", async () => {
    const branch = (name: string, op: string) => ({
      name,
      type: Kind.GRAPH,
      g: { name, node: [node(op, ["t", "a"], ["t2"])], output: [value("t2")] },
    });
    const one = { name: "value", type: Kind.TENSOR, t: { dataType: 9, dims: [], int32Data: [0] } };
    const choose = body(
      "Choose",
      ["a"],
      ["b"],
      [
        node("Constant", [], ["c"], { attribute: [one] }),
        node("Exp", ["a"], ["t"]),
        node("If", ["c"], ["b"], { attribute: [branch("then_branch", "Add"), branch("else_branch", "Mul")] }),
      ],
    );
    const nodes = [call("Choose", ["x"], ["p"]), call("Choose", ["p"], ["y"])];
    await inlined(file(nodes, [choose]));
  });

  test("inside of sub-graphs", async () => {
    const branch = (name: string, made: string) => ({
      name,
      type: Kind.GRAPH,
      g: { name, node: [call("Twice", ["x"], [made])], output: [value(made)] },
    });
    const attribute = [branch("then_branch", "p"), branch("else_branch", "q")];
    const c = { name: "c", dataType: 9, dims: [], int32Data: [1] };
    const nodes = [node("If", ["c"], ["y"], { attribute })];
    await inlined(file(nodes, [twice], { graph: { initializer: [c] } }));
  });

  test("and its nodes keep its opset, where that is not the model's", () => {
    const old = body(
      "Summed",
      ["a"],
      ["b"],
      [node("ReduceSum", ["a"], ["b"], { attribute: [{ name: "axes", type: Kind.INTS, ints: [0n] }] })],
      { opsetImport: [{ domain: "", version: 11n }] },
    );
    const bytes = file([call("Summed", ["x"], ["s"]), node("Add", ["x", "s"], ["y"])], [old]);
    const model = decodeModel(bytes);
    expect([...(model.nodeOpsets?.values() ?? [])]).toEqual([11]);
    expect(() => encodeModel(model)).toThrow("A file has one opset");
  });

  test("or to none where no node calls it", () => {
    expect(decodeModel(file([node("Relu", ["x"], ["y"])], [twice])).graph.nodes).toHaveLength(1);
  });
});

describe("what functions cannot be is refused", () => {
  const model = (functions: FunctionInit[], nodes = [call("F", ["x"], ["y"])]) => file(nodes, functions);
  const branch = { name: "then_branch", type: Kind.GRAPH, g: { name: "b" } };

  test.each<readonly [string, Uint8Array, string, string]>([
    [
      "a circle",
      model([body("F", ["a"], ["b"], [call("G", ["a"], ["b"])]), body("G", ["a"], ["b"], [call("F", ["a"], ["b"])])]),
      "unsupported-model",
      "in a circle: my.F, my.G, my.F",
    ],
    ["two of one name", model([twice, twice]), "not-onnx", "my.Twice twice"],
    [
      "more inputs than the function has",
      file([call("Twice", ["x", "x"], ["y"])], [twice]),
      "bad-graph",
      "has 2 inputs; it takes 1",
    ],
    [
      "a body that reads what is outside of it",
      model([body("F", ["a"], ["b"], [node("Add", ["a", "x"], ["b"])])]),
      "bad-graph",
      'reads "x", which nothing in it makes',
    ],
    ["an output that nothing makes", model([body("F", ["a"], ["b"], [])]), "bad-graph", '"y"'],
    [
      "sub-graphs in another opset",
      model([
        body("F", ["a"], ["b"], [node("If", ["a"], ["b"], { attribute: [branch] })], {
          opsetImport: [{ domain: "", version: 11n }],
        }),
      ]),
      "unsupported-model",
      "written for opset 11, its model for 18",
    ],
  ])("%s", (_, bytes, code, message) => {
    expect(() => decodeModel(bytes)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  test("a few functions that would become a billion nodes", () => {
    const chain = Array.from({ length: 30 }, (_, level) =>
      body(`F${level}`, ["a"], ["b"], [call(`F${level + 1}`, ["a"], ["t"]), call(`F${level + 1}`, ["t"], ["b"])]),
    );
    const bytes = file([call("F0", ["x"], ["y"])], [...chain, body("F30", ["a"], ["b"], [node("Neg", ["a"], ["b"])])]);
    expect(() => decodeModel(bytes)).toThrow("more than 100000 nodes");
  });

  test("functions that call each other thousands deep", () => {
    const chain = Array.from({ length: 20_000 }, (_, level) =>
      body(`F${level}`, ["a"], ["b"], [call(`F${level + 1}`, ["a"], ["b"])]),
    );
    expect(() => decodeModel(file([call("F0", ["x"], ["y"])], chain))).toThrow("more than 100 deep");
  });
});
