import { describe, expect, test } from "vitest";
import { modelFilesOf } from "./model-files.ts";

const of = (files: readonly string[], file?: string) => modelFilesOf({ repo: "a/b", revision: "main", file }, files);

describe("of a repository's files", () => {
  test.each([
    [
      "the model and what tells of it",
      [
        "README.md",
        "config.json",
        "model.safetensors",
        "onnx/model.onnx",
        "onnx/model_fp16.onnx",
        "preprocessor_config.json",
      ],
      ["config.json", "preprocessor_config.json", "onnx/model.onnx"],
    ],
    [
      "weights beside it",
      ["model.onnx", "model.onnx_data", "model.onnx_data_1", "model_q4.onnx", "labels.txt"],
      ["model.onnx_data", "model.onnx_data_1", "labels.txt", "model.onnx"],
    ],
    ["timm's weights", ["config.json", "model.safetensors", "pytorch_model.bin"], ["config.json", "model.safetensors"]],
    ["Keras' model", ["README.md", "bees.keras"], ["bees.keras"]],
    [
      "the only model, wherever it is",
      ["a/deep/net.onnx", "a/deep/config.json", "config.json"],
      ["a/deep/config.json", "a/deep/net.onnx"],
    ],
    [
      "the only one in onnx/, and what lies above that",
      ["a/onnx/net.onnx", "a/onnx/labels.txt", "a/config.json", "config.json"],
      ["a/onnx/labels.txt", "a/config.json", "a/onnx/net.onnx"],
    ],
  ] as const)("%s", (_, files, expected) => {
    expect(of(files)).toEqual(expected);
  });

  test("one that is named", () => {
    expect(of(["a.onnx", "b.onnx", "b.onnx.data", "config.json"], "b.onnx")).toEqual([
      "b.onnx.data",
      "config.json",
      "b.onnx",
    ]);
  });

  test.each([
    [
      "pickles only",
      ["pytorch_model.bin"],
      undefined,
      "a/b keeps its weights as a pickle (pytorch_model.bin), which is a program: Regraft runs none.",
    ],
    ["several", ["a.onnx", "b.onnx"], undefined, "a/b holds 2 models."],
    ["none", ["README.md"], undefined, "a/b holds no model that Regraft reads."],
    ["one that is not there", ["a.onnx"], "c.onnx", 'a/b has no file "c.onnx".'],
  ] as const)("refuses %s", (_, files, file, message) => {
    expect(() => of(files, file)).toThrow(expect.objectContaining({ code: "no-model", message }));
  });
});
