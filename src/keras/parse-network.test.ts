import { describe, expect, test } from "vitest";
import { parseNetwork } from "./parse-network.ts";

const layer = (kind: string, config: object = {}, more: object = {}) => ({
  class_name: kind,
  config: { name: kind.toLowerCase(), ...config },
  ...more,
});
const sequential = (...layers: readonly object[]) => ({ class_name: "Sequential", config: { name: "net", layers } });
const tensor = (name: string) => ({
  class_name: "__keras_tensor__",
  config: { shape: [null, 8], dtype: "float32", keras_history: [name, 0, 0] },
});

describe("parseNetwork", () => {
  test("a Sequential is a chain, with an input in front where it has none", () => {
    const { layers, input, output } = parseNetwork(sequential(layer("Flatten"), layer("Dense")));
    expect(layers.map(({ name, calls }) => [name, calls])).toEqual([
      ["net.input", []],
      ["flatten", [[{ layer: "net.input", call: 0 }]]],
      ["dense", [[{ layer: "flatten", call: 0 }]]],
    ]);
    expect([input, output]).toEqual(["net.input", { layer: "dense", call: 0 }]);
  });

  test("an old Sequential has its layers in config itself", () => {
    const old = { class_name: "Sequential", config: [layer("Flatten"), layer("Dense")] };
    expect(parseNetwork(old).layers.map(({ name }) => name)).toEqual(["sequential.input", "flatten", "dense"]);
  });

  test.each([
    [
      "Keras 2",
      [
        [
          ["a", 0, 0, {}],
          ["b", 0, 0, {}],
        ],
      ],
      ["a", 0, 0],
      [["sum", 0, 0]],
    ],
    [
      "Keras 3",
      [{ args: [[tensor("a"), tensor("b")]], kwargs: { mask: null, training: false } }],
      [["a", 0, 0]],
      ["sum", 0, 0],
    ],
  ])("%s: what a layer reads, in order", (_, inbound, input, output) => {
    const layers = [
      layer("InputLayer", { name: "a" }),
      layer("Flatten", { name: "b" }, { inbound_nodes: [[["a", 0, 0, {}]]] }),
      layer("Add", { name: "sum" }, { inbound_nodes: inbound }),
    ];
    const network = parseNetwork({
      class_name: "Functional",
      config: { name: "net", layers, input_layers: input, output_layers: output },
    });
    expect(network.layers[2]?.calls).toEqual([
      [
        { layer: "a", call: 0 },
        { layer: "b", call: 0 },
      ],
    ]);
    expect([network.input, network.output]).toEqual(["a", { layer: "sum", call: 0 }]);
  });
});

describe("parseNetwork refuses", () => {
  const refused = (json: unknown) => {
    try {
      parseNetwork(json);
    } catch (error) {
      return error;
    }
    throw new Error("it was read");
  };

  test("a layer that it does not know, by its name and class, with the nearest ones", () => {
    expect(refused(sequential(layer("Conv3D", { name: "cube" })))).toMatchObject({
      code: "unsupported-layer",
      message: 'The layer "cube" is a Conv3D, which Regraft does not translate.',
      hint: expect.stringContaining('"Conv2D"'),
    });
  });

  test("somebody's own class, whatever it is called", () => {
    expect(refused(sequential(layer("Dense", {}, { module: "mine", registered_name: "Mine>Dense" })))).toMatchObject({
      code: "unsupported-layer",
      message: expect.stringContaining("Mine>Dense"),
    });
  });

  test("a model with code of its own", () => {
    expect(refused({ class_name: "MyModel", config: {} })).toMatchObject({ code: "unsupported-model" });
  });

  test("a call with a number, which would be lost", () => {
    const scaled = layer("Multiply", { name: "half" }, { inbound_nodes: [{ args: [tensor("a"), 0.5], kwargs: {} }] });
    const layers = [layer("InputLayer", { name: "a" }), scaled];
    const network = { name: "net", layers, input_layers: ["a", 0, 0], output_layers: ["half", 0, 0] };
    expect(refused({ class_name: "Functional", config: network })).toMatchObject({
      code: "unsupported-layer",
      message: expect.stringContaining('"half" (Multiply)'),
    });
  });

  test("two outputs", () => {
    const layers = [layer("InputLayer", { name: "a" })];
    const network = {
      name: "net",
      layers,
      input_layers: [["a", 0, 0]],
      output_layers: [
        ["a", 0, 0],
        ["a", 0, 0],
      ],
    };
    expect(refused({ class_name: "Functional", config: network })).toMatchObject({ code: "unsupported-model" });
  });

  test.each([[undefined], [[]], [{ class_name: 3 }], [{ class_name: "Sequential", config: { layers: 1 } }]])(
    "%j",
    (json) => {
      expect(refused(json)).toMatchObject({ code: "bad-keras" });
    },
  );
});
