import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type GraphProto,
  type GraphProtoSchema,
  AttributeProto_AttributeType as Kind,
  type ModelProto,
  ModelProtoSchema,
  type TensorProtoSchema,
} from "onnx-buf";
import { describe, expect, test } from "vitest";
import type { DType } from "../base/dtype.ts";
import { bytesOf, floats, ints } from "../base/tensor.ts";
import { graphBuilder } from "./builder.ts";
import { dataTypeCodes } from "./data-types.ts";
import { decodeModel } from "./decode.ts";
import { encodeModel } from "./encode.ts";
import type { Model } from "./graph.ts";
import { modelOf } from "./model.ts";

type GraphInit = Exclude<MessageInitShape<typeof GraphProtoSchema>, GraphProto>;
type ModelInit = Exclude<MessageInitShape<typeof ModelProtoSchema>, ModelProto>;
type TensorInit = MessageInitShape<typeof TensorProtoSchema>;

const dim = (value?: number | string) => ({
  value:
    value === undefined
      ? ({ case: undefined } as const)
      : typeof value === "number"
        ? ({ case: "dimValue", value: BigInt(value) } as const)
        : ({ case: "dimParam", value } as const),
});
const value = (name: string, ...dims: readonly (number | string | undefined)[]) => ({
  name,
  type: {
    value: { case: "tensorType", value: { elemType: dataTypeCodes.float32, shape: { dim: dims.map(dim) } } } as const,
  },
});
const node = (opType: string, input: string[], output: string[], name = "") => ({ opType, input, output, name });

/** The bytes of a model as another exporter might write it. */
function file(graph: GraphInit, more: ModelInit = {}): Uint8Array {
  const proto = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: "", version: 17n }],
    graph: { name: "g", input: [value("x", "N", 4)], output: [value("y", "N", 4)], ...graph },
    ...more,
  });
  return toBinary(ModelProtoSchema, proto);
}
const relu = { node: [node("Relu", ["x"], ["y"])] };
const withWeight = (weight: TensorInit) =>
  file({ node: [node("Add", ["x", "w"], ["y"])], initializer: [{ name: "w", dims: [2n], ...weight }] });

describe("what is no model is refused as not-onnx", () => {
  const notOnnx = expect.objectContaining({ code: "not-onnx", hint: expect.stringMatching(/\w/) });
  const good = file(relu, { producerName: "test" });
  const text = (words: string) => new TextEncoder().encode(words);

  test.each([
    ["an empty file", new Uint8Array()],
    ["text", text("<!DOCTYPE html><html>404 Not Found</html>")],
    ["JSON", text('{"model_type": "resnet"}')],
    ["a Git LFS pointer", text("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n")],
    ["a JPEG", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1)],
    ["a zip", Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 0, 0, 8, 0, 1, 2, 3, 4)],
    ["zeros", new Uint8Array(64)],
    ["a message without a graph", toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n }))],
    ["a model without an opset", file(relu, { opsetImport: [] })],
  ])("%s", (_, bytes) => {
    expect(() => decodeModel(bytes)).toThrow(notOnnx);
  });

  test("a file cut off anywhere", () => {
    for (let length = 0; length < good.length; length++) {
      expect(() => decodeModel(good.subarray(0, length)), `${length} bytes`).toThrow(notOnnx);
    }
  });

  test.each([
    ["text", text("trailing rubbish")],
    ["zeros", new Uint8Array(8)],
    ["0xff", new Uint8Array(8).fill(0xff)],
    ["a second model", good],
    ["a second opset", Uint8Array.of(0x42, 0)],
  ])("a model with %s behind it", (_, rubbish) => {
    expect(() => decodeModel(Uint8Array.of(...good, ...rubbish))).toThrow(notOnnx);
  });

  test("a weight with fewer bytes than its shape needs", () => {
    const weight = { dataType: dataTypeCodes.float32, rawData: new Uint8Array(4) };
    expect(() => decodeModel(withWeight(weight))).toThrow('The tensor "w" of shape [2] holds 4 bytes, not 8.');
    expect(() => decodeModel(withWeight({ dataType: dataTypeCodes.float32, floatData: [1] }))).toThrow(notOnnx);
    expect(() => decodeModel(withWeight({ dataType: dataTypeCodes.float32, dims: [-2n] }))).toThrow(notOnnx);
  });
});

describe("texts and lists that only outputs are made of are left out", () => {
  const text = (name: string) => ({
    name,
    type: { value: { case: "tensorType" as const, value: { elemType: 8 } } },
  });
  const list = (name: string) => ({ name, type: { value: { case: "sequenceType" as const, value: {} } } });

  test("a label picked from texts, and a list of label and score: the nodes that decide stay", () => {
    const decided = decodeModel(
      file({
        node: [
          node("Softmax", ["x"], ["y"]),
          node("ArgMax", ["y"], ["best"]),
          { ...node("ArrayFeatureExtractor", ["names", "best"], ["label"]), domain: "ai.onnx.ml" },
          { ...node("ZipMap", ["y"], ["pairs"]), domain: "ai.onnx.ml" },
        ],
        initializer: [{ name: "names", dims: [2n], dataType: 8, stringData: [new Uint8Array(1), new Uint8Array(1)] }],
        output: [text("label"), list("pairs")],
      }),
    );
    expect(decided.opaqueOutputs).toEqual(["label", "pairs"]);
    expect(decided.graph.outputs).toEqual([]);
    expect(decided.graph.initializers.size).toBe(0);
    expect(decided.graph.nodes.map(({ op }) => op)).toEqual(["Softmax", "ArgMax", "ZipMap"]);
  });

  test("a Cast to texts", () => {
    const to = { name: "to", type: Kind.INT, i: 8n };
    const cast = { ...node("Cast", ["y"], ["words"]), attribute: [to] };
    const { graph, opaqueOutputs } = decodeModel(
      file({ node: [...relu.node, cast], output: [value("y", "N", 4), text("words")] }),
    );
    expect([graph.outputs.map(({ name }) => name), opaqueOutputs]).toEqual([["y"], ["words"]]);
  });

  test("nothing is said where there are none", () => {
    expect(decodeModel(file(relu))).not.toHaveProperty("opaqueOutputs");
  });
});

describe("what Regraft does not hold is named", () => {
  test.each([
    ["4 bit", { dataType: 22, rawData: new Uint8Array(1) }, 'The tensor "w" holds int4 elements.'],
    ["float8", { dataType: 17, rawData: new Uint8Array(2) }, 'The tensor "w" holds float8e4m3fn elements.'],
  ])("%s tensors", (_, weight, message) => {
    const refused = expect.objectContaining({ code: "unsupported-model", message, hint: expect.stringMatching(/\w/) });
    expect(() => decodeModel(withWeight(weight))).toThrow(refused);
  });

  test("odd attributes, inputs that are no tensors, references to a function that is not there", () => {
    const referring = { name: "axis", type: Kind.INT, refAttrName: "axis" };
    const stray = { ...node("Relu", ["x"], ["y"], "n"), attribute: [referring] };
    expect(() => decodeModel(file({ node: [stray] }))).toThrow('"n.axis" refers to the attribute "axis" of a function');
    const odd = { ...node("If", ["x"], ["y"], "n"), attribute: [{ name: "a", type: Kind.GRAPHS }] };
    expect(() => decodeModel(file({ node: [odd] }))).toThrow('The attribute "a" of node "n" holds a list of graphs.');
    const sequence = { name: "x", type: { value: { case: "sequenceType", value: {} } } } as const;
    expect(() => decodeModel(file({ ...relu, input: [sequence] }))).toThrow('"x" is a sequence.');
  });

  test("functions that no node calls are dropped", () => {
    const bytes = file(relu, { functions: [{ name: "Twice", domain: "my" }] });
    expect(decodeModel(bytes).graph.nodes.map(({ op }) => op)).toEqual(["Relu"]);
  });
});

describe("weights", () => {
  test.each<readonly [DType, TensorInit, readonly number[]]>([
    ["float32", { floatData: [1.5, -2] }, [1.5, -2]],
    ["float64", { doubleData: [1.5, -2] }, [1.5, -2]],
    ["float16", { int32Data: [0x3c00, 0xc000] }, [0x3c00, 0xc000]],
    ["bfloat16", { int32Data: [0x3f80, 0xc000] }, [0x3f80, 0xc000]],
    ["int8", { int32Data: [-1, 127] }, [-1, 127]],
    ["uint8", { int32Data: [0, 255] }, [0, 255]],
    ["int16", { int32Data: [-3, 3] }, [-3, 3]],
    ["uint16", { int32Data: [0, 65535] }, [0, 65535]],
    ["int32", { int32Data: [-3, 3] }, [-3, 3]],
    ["uint32", { uint64Data: [0n, 4294967295n] }, [0, 4294967295]],
    ["int64", { int64Data: [-3n, 3n] }, [-3, 3]],
    ["uint64", { uint64Data: [0n, 3n] }, [0, 3]],
    ["bool", { int32Data: [1, 0] }, [1, 0]],
  ])("%s from its typed field, and back from raw bytes", (dtype, data, expected) => {
    const model = decodeModel(withWeight({ dataType: dataTypeCodes[dtype], ...data }));
    const w = model.graph.initializers.get("w");
    expect([w?.dtype, w?.shape, Array.from<number | bigint, number>(w?.data ?? [], Number)]).toEqual([
      dtype,
      [2],
      expected,
    ]);
    expect(decodeModel(encodeModel(model))).toEqual(model);
  });

  test("are views on the file where they are aligned", () => {
    const bytes = withWeight({ dataType: dataTypeCodes.uint8, rawData: Uint8Array.of(7, 9) });
    const w = decodeModel(bytes).graph.initializers.get("w");
    expect(w?.data.buffer).toBe(bytes.buffer);
    expect([...(w?.data ?? [])]).toEqual([7, 9]);
  });

  const sparse = (values: readonly number[], indices: readonly number[], perValue = 0) => ({
    dims: [2n, 3n],
    values: { name: "w", dims: [BigInt(values.length)], dataType: 1, floatData: [...values] },
    indices: {
      dims: [BigInt(values.length), ...(perValue > 0 ? [BigInt(perValue)] : [])],
      dataType: 7,
      int64Data: indices.map(BigInt),
    },
  });
  const withSparse = (...weights: ReturnType<typeof sparse>[]) =>
    file({ node: [node("Add", ["x", "w"], ["y"])], sparseInitializer: weights });

  test.each([
    ["offsets", sparse([7, 8], [1, 5])],
    ["rows and columns", sparse([7, 8], [0, 1, 1, 2], 2)],
  ])("that are sparse get their zeros, from %s", (_, weight) => {
    const model = decodeModel(withSparse(weight));
    expect(model.graph.initializers.get("w")).toEqual(floats([0, 7, 0, 0, 0, 8], [2, 3]));
  });

  test.each([
    ["an offset outside", sparse([7], [6])],
    ["a negative one", sparse([7], [-1])],
    ["one place for two", sparse([7, 8], [1, 1])],
    ["falling ones", sparse([7, 8], [5, 1])],
    ["a column outside", sparse([7], [0, 3], 2)],
    ["too few", { ...sparse([7, 8], [1, 2]), indices: sparse([7], [1]).indices }],
    ["none", { ...sparse([7], [1]), indices: undefined }],
    ["a shape that cannot be", { ...sparse([7], [1]), dims: [-1n] }],
  ])("that are sparse and have %s are damaged", (_, weight) => {
    expect(() => decodeModel(withSparse(weight as ReturnType<typeof sparse>))).toThrow(
      expect.objectContaining({ code: "not-onnx", message: expect.stringContaining('"w"') }),
    );
  });

  test("that are sparse and huge are refused before memory is taken", () => {
    const huge = { ...sparse([7], [1]), dims: [2n ** 20n, 2n ** 20n] };
    expect(() => decodeModel(withSparse(huge))).toThrow("too large to be written out");
    const second = { ...huge, dims: [2n ** 28n] };
    expect(() => decodeModel(withSparse({ ...second, dims: [2n ** 29n] }))).toThrow("too large");
  });

  test("that are listed as inputs are not inputs", () => {
    const bytes = file({
      node: [node("Add", ["x", "w"], ["y"])],
      input: [value("x", "N", 4), value("w", 4)],
      initializer: [{ name: "w", dims: [4n], dataType: 1, rawData: new Uint8Array(16) }],
    });
    expect(decodeModel(bytes).graph.inputs.map(({ name }) => name)).toEqual(["x"]);
  });
});

describe("nodes", () => {
  test("come in topological order", () => {
    const nodes = [
      node("Relu", ["b"], ["y"], "last"),
      node("Exp", ["a"], ["b"], "mid"),
      node("Abs", ["x"], ["a"], "first"),
    ];
    expect(decodeModel(file({ node: nodes })).graph.nodes.map(({ name }) => name)).toEqual(["first", "mid", "last"]);
  });

  test("that wait for each other are an error that names them", () => {
    const nodes = [node("Add", ["x", "b"], ["a"], "one"), node("Exp", ["a"], ["b"], "two"), node("Abs", ["b"], ["y"])];
    expect(() => decodeModel(file({ node: nodes }))).toThrow(
      expect.objectContaining({ code: "bad-graph", message: expect.stringContaining('Add "one", Exp "two"') }),
    );
  });

  test("without a name, or with one that is taken, get one of their own", () => {
    const nodes = [
      node("Relu", ["x"], ["a"]),
      node("Relu", ["a"], ["b"], "Relu_0"),
      node("Exp", ["b"], ["c"], "Relu_0"),
      node("Abs", ["c"], ["y"]),
    ];
    const names = decodeModel(file({ node: nodes })).graph.nodes.map(({ name }) => name);
    expect(names).toEqual(["Relu_0_2", "Relu_0", "Exp_2", "Abs_3"]);
  });

  test("may write ONNX's own domain as ai.onnx", () => {
    const nodes = [{ ...node("Relu", ["x"], ["y"]), domain: "ai.onnx" }];
    const model = decodeModel(file({ node: nodes }, { opsetImport: [{ domain: "ai.onnx", version: 17n }] }));
    expect([model.graph.nodes[0]?.domain, model.opsets.get("")]).toEqual(["", 17]);
  });

  test("that read what nothing makes, or make what is made, are an error", () => {
    const bad = expect.objectContaining({ code: "bad-graph" });
    expect(() => decodeModel(file({ node: [node("Add", ["x", "z"], ["y"])] }))).toThrow(bad);
    expect(() => decodeModel(file({ node: [node("Abs", ["x"], ["y"]), node("Exp", ["x"], ["y"])] }))).toThrow(bad);
    expect(() => decodeModel(file({ node: [node("Abs", ["x"], ["z"])] }))).toThrow(bad);
  });
});

describe("extents that the file leaves open get a name", () => {
  const shapes = (...inputs: ReturnType<typeof value>[]) =>
    decodeModel(file({ ...relu, input: inputs })).graph.inputs.map(({ shape }) => shape);

  test("N for a first axis, the tensor's name and the axis for others", () => {
    expect(shapes(value("x", undefined, 3, undefined, -1))).toEqual([["N", 3, "x.2", "x.3"]]);
    expect(shapes(value("x", 0, 4), value("z", "", 4))).toEqual([
      ["N", 4],
      ["N", 4],
    ]);
  });

  test("names of the file stay, and none is taken twice", () => {
    expect(shapes(value("x", "batch", 3, "height"))).toEqual([["batch", 3, "height"]]);
    expect(shapes(value("x", undefined, "N"))).toEqual([["N2", "N"]]);
  });
});

describe("encode and decode give back", () => {
  const back = (model: Model) => decodeModel(encodeModel(model));
  const graph = (() => {
    const g = graphBuilder({ name: "everything" });
    const X = g.input("X", "float32", ["N", 4]);
    return g.build([g.named("Y", g.Add(X, g.initializer("W", floats([1, 2, 3, 4]))))]);
  })();

  test("attributes of all kinds, INT64_MAX and INT64_MIN among them", () => {
    const attributes = {
      int: { kind: "int", value: -3 },
      most: { kind: "int", value: 2 ** 63 },
      least: { kind: "ints", value: [-(2 ** 63), 2 ** 63, 0] },
      float: { kind: "float", value: Math.fround(0.1) },
      floats: { kind: "floats", value: [0.5, -1e30].map(Math.fround) },
      string: { kind: "string", value: "zwölf" },
      strings: { kind: "strings", value: ["a", ""] },
      tensor: { kind: "tensor", value: ints([1, 2, 3]) },
      empty: { kind: "ints", value: [] },
    } as const;
    const odd = { name: "odd", op: "Odd", domain: "my.ops", inputs: ["", "X"], outputs: ["", "Y"], attributes };
    const model = modelOf({ ...graph, nodes: [odd], initializers: new Map() });
    expect(back(model)).toEqual(model);
  });

  test("sub-graphs, which read tensors from outside", () => {
    const branch = (op: string) => ({
      name: op,
      inputs: [],
      outputs: [{ name: `${op}.y`, dtype: "float32", shape: ["N", 4] }] as const,
      nodes: [{ name: op, op, domain: "", inputs: ["X", `${op}.w`], outputs: [`${op}.y`], attributes: {} }],
      initializers: new Map([[`${op}.w`, floats([2])]]),
    });
    const attributes = {
      then_branch: { kind: "graph", value: branch("Add") },
      else_branch: { kind: "graph", value: branch("Mul") },
    } as const;
    const choice = { name: "if", op: "If", domain: "", inputs: ["C"], outputs: ["Y"], attributes };
    const inputs = [...graph.inputs, { name: "C", dtype: "bool", shape: [] } as const];
    const model = modelOf({ ...graph, inputs, nodes: [choice], initializers: new Map() });
    expect(back(model)).toEqual(model);
    const missing = { ...model, graph: { ...model.graph, inputs: inputs.slice(1) } };
    expect(() => back(missing)).toThrow('"X"');
  });

  test("everything around the graph, scalars, empty tensors and unknown shapes", () => {
    const model: Model = {
      graph: {
        ...graph,
        outputs: [{ name: "Y", dtype: "float64", shape: undefined }],
        initializers: new Map([...graph.initializers, ["s", floats([7], [])], ["e", floats([], [0, 3])]]),
      },
      irVersion: 9,
      opsets: new Map([
        ["", 20],
        ["com.microsoft", 1],
      ]),
      producer: "someone",
      metadata: { classes: '["cat","dog"]', empty: "" },
    };
    expect(back(model)).toEqual(model);
  });

  test("a file in which each weight's bytes stand once", () => {
    const W = floats(new Float32Array(1000).fill(1.5));
    const bytes = encodeModel(modelOf({ ...graph, initializers: new Map([["W", W]]) }));
    expect(bytes.length).toBeLessThan(bytesOf(W).length + 300);
  });
});
