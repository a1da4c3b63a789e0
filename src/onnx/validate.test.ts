import { describe, expect, test } from "vitest";
import { floats } from "../base/tensor.ts";
import type { Graph, Node } from "./graph.ts";
import { validateGraph } from "./validate.ts";

const node = (op: string, inputs: readonly string[], outputs: readonly string[], more: Partial<Node> = {}): Node => ({
  name: `${op}_of_${outputs[0]}`,
  op,
  domain: "",
  inputs,
  outputs,
  attributes: {},
  ...more,
});
const graph = (nodes: readonly Node[], more: Partial<Graph> = {}): Graph => ({
  name: "g",
  inputs: [{ name: "x", dtype: "float32", shape: ["N", 3] }],
  outputs: [{ name: "y", dtype: "float32", shape: ["N", 3] }],
  nodes,
  initializers: new Map([["w", floats([1])]]),
  ...more,
});

describe("validateGraph", () => {
  test.each([
    ["a chain", graph([node("Relu", ["x"], ["a"]), node("Add", ["a", "w"], ["y"])])],
    ["absent optional inputs and outputs", graph([node("Clip", ["x", "", "w"], ["y"])])],
    [
      "unknown ops and attributes",
      graph([node("Odd", ["x"], ["y"], { attributes: { a: { kind: "int", value: 1 } } })]),
    ],
    [
      "inputs given as attributes by older opsets",
      graph([node("Unsqueeze", ["x"], ["y"], { attributes: { axes: { kind: "ints", value: [0] } } })]),
    ],
    ["an input that is an output", graph([], { outputs: [{ name: "x", dtype: "float32", shape: undefined }] })],
  ])("accepts %s", (_, good) => {
    expect(() => validateGraph(good)).not.toThrow();
  });

  test.each([
    ['Add "Add_of_y" reads "z", which is no input', graph([node("Add", ["x", "z"], ["y"])])],
    [
      'Relu "Relu_of_a" reads "b"',
      graph([node("Relu", ["b"], ["a"]), node("Relu", ["x"], ["b"]), node("Add", ["a", "b"], ["y"])]),
    ],
    [
      '"y" is made twice; the second time by Exp "Exp_of_y"',
      graph([node("Relu", ["x"], ["y"]), node("Exp", ["x"], ["y"])]),
    ],
    ['"w" is made twice', graph([node("Relu", ["x"], ["w"]), node("Relu", ["w"], ["y"])])],
    ['The graph\'s output "y" is made by no node.', graph([node("Relu", ["x"], ["a"])])],
    ['Conv "Conv_of_y" lacks its input W.', graph([node("Conv", ["x"], ["y"])])],
    ['Add "Add_of_y" lacks its input A.', graph([node("Add", ["", "x"], ["y"])])],
    ['Concat "Concat_of_y" has no input.', graph([node("Concat", [], ["y"])])],
  ])("refuses: %s", (message, bad) => {
    expect(() => validateGraph(bad)).toThrow(
      expect.objectContaining({ code: "bad-graph", message: expect.stringContaining(message) }),
    );
  });
});
