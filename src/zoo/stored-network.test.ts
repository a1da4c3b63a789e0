import { describe, expect, test } from "vitest";
import { hashedState, zooFiles, zooGolden } from "../../test/fixtures/zoo.ts";
import { halvesOfFloats } from "../base/half.ts";
import type { StaticShape } from "../base/shape.ts";
import { floats, isDType, type Tensor, tensor, zeros } from "../base/tensor.ts";
import { architecture } from "./architecture.ts";
import { networkNamed } from "./namings.ts";
import { type StoredTensors, storedNetwork } from "./stored-network.ts";

/** A tensor that says its shape and holds nothing. */
const empty = (shape: StaticShape): Tensor => ({ dtype: "float32", shape, data: new Float32Array(0) });

const emptyState = (file: string): StoredTensors =>
  Object.fromEntries(Object.entries(zooGolden(file).state).map(([name, shape]) => [name, empty(shape)]));

const without = (tensors: StoredTensors, name: string): StoredTensors =>
  Object.fromEntries(Object.entries(tensors).filter(([key]) => key !== name));

/** Weights of a whole small network, by torchvision's names. */
function small(): { readonly tensors: Record<string, Tensor>; readonly width: number } {
  const tensors: Record<string, Tensor> = {};
  architecture("mobilenet_v2", {
    classes: 3,
    width: 0.35,
    weights: (name, shape, role) => {
      const value =
        role.part === "running_var" ? floats(new Float32Array(shape[0] ?? 0).fill(1)) : zeros("float32", shape);
      tensors[name] = value;
      return value;
    },
  });
  return { tensors, width: 0.35 };
}

describe("weights stored without a graph", () => {
  test.each(zooFiles)("all of %s find their place, each once", (file) => {
    const [, name = ""] = file.split(".");
    const state = emptyState(file);
    const counters = Object.fromEntries(
      Object.keys(state)
        .filter((key) => key.endsWith("running_mean"))
        .map((key) => [key.replace("running_mean", "num_batches_tracked"), tensor("int64", [], new BigInt64Array(1))]),
    );
    const graph = storedNetwork(name, { ...state, ...counters });
    const weights = [...graph.initializers.keys()].filter((key) => !key.startsWith("const_"));
    expect(weights.length).toBe(Object.keys(state).length);
  });

  test("give their numbers to the layer that bears their name", () => {
    const state = hashedState("timm.mobilenetv2_100");
    const { initializers } = storedNetwork("mobilenetv2_100", state);
    for (const [ours, theirs] of [
      ["features.0.0.weight", "conv_stem.weight"],
      ["features.1.conv.1.weight", "blocks.0.0.conv_pw.weight"],
      ["features.17.conv.1.1.running_var", "blocks.6.0.bn2.running_var"],
      ["classifier.1.bias", "classifier.bias"],
    ] as const) {
      expect(initializers.get(ours)?.data).toBe(state[theirs]?.data);
    }
  });

  test("tell the classes, and the width by the network's name", () => {
    const { tensors } = small();
    expect(storedNetwork("mobilenetv2_035", tensors).outputs[0]?.shape).toEqual(["N", 3]);
    expect(networkNamed("mobilenetv2_140")).toEqual({ architecture: "mobilenet_v2", width: 1.4 });
    expect(() => storedNetwork("mobilenetv2_100", tensors)).toThrow(
      'The weights are not those of mobilenetv2_100: "features.0.0.weight" is [16, 3, 3, 3], where [32, 3, 3, 3] is wanted.',
    );
  });

  test("may be half floats, and are float32 from then on", () => {
    const { tensors } = small();
    const halves = Object.fromEntries(
      Object.entries(tensors).map(([name, value]) => [name, isDType(value, "float32") ? halvesOfFloats(value) : value]),
    );
    const { initializers } = storedNetwork("mobilenetv2_035", halves);
    const variance = initializers.get("features.0.1.running_var");
    expect(variance).toEqual(floats(new Float32Array(16).fill(1)));
    const int = { ...tensors, "classifier.1.bias": tensor("int32", [3], new Int32Array(3)) };
    expect(() => storedNetwork("mobilenetv2_035", int)).toThrow(
      '"classifier.1.bias" is int32, not float32, float16 or bfloat16.',
    );
  });
});

describe("refuses", () => {
  const state = emptyState("torchvision.resnet18");
  const bad = (message: string, hint?: string) =>
    expect.objectContaining({ code: "bad-weights", message, ...(hint === undefined ? {} : { hint }) });

  test("what lacks a tensor, and names the nearest", () => {
    const value = state["layer1.0.conv1.weight"] ?? empty([]);
    const renamed = { ...without(state, "layer1.0.conv1.weight"), "layer1.0.convolution1.weight": value };
    expect(() => storedNetwork("resnet18", renamed)).toThrow(
      bad(
        'The weights are not those of resnet18: "layer1.0.conv1.weight" is missing.',
        expect.stringContaining('"layer1.0.convolution1.weight"'),
      ),
    );
    expect(() => storedNetwork("resnet18", without(state, "fc.weight"))).toThrow(
      bad('The weights are not those of resnet18: "fc.weight" is missing.'),
    );
  });

  test("what belongs nowhere", () => {
    expect(() => storedNetwork("resnet18", { ...state, "ema.weight": empty([1]) })).toThrow(
      bad('The weights are not those of resnet18: "ema.weight" belongs to no layer of it.'),
    );
    expect(() => storedNetwork("resnet18", emptyState("torchvision.resnet34"))).toThrow(
      /^The weights are not those of resnet18: "layer1\.2\.conv1\.weight" belongs to no layer of it, and \d+ other tensors like it\.$/,
    );
  });

  test("another shape", () => {
    const wrong = { ...state, "conv1.weight": empty([64, 3, 3, 3]) };
    expect(() => storedNetwork("resnet18", wrong)).toThrow(
      bad('The weights are not those of resnet18: "conv1.weight" is [64, 3, 3, 3], where [64, 3, 7, 7] is wanted.'),
    );
    expect(() => storedNetwork("resnet18", { ...state, "fc.weight": empty([]) })).toThrow(
      bad('The weights are not those of resnet18: "fc.weight" is [], which leaves no class.'),
    );
  });

  test("a network that it cannot build, and names those nearest", () => {
    expect(() => storedNetwork("resnet50d", {})).toThrow(
      expect.objectContaining({
        code: "unknown-network",
        message: 'Regraft cannot build the network "resnet50d".',
        hint: expect.stringContaining('"resnet50"'),
      }),
    );
    expect(() => storedNetwork("constructor", {})).toThrow(expect.objectContaining({ code: "unknown-network" }));
  });
});
