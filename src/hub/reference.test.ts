import { describe, expect, test } from "vitest";
import { hubReference, isHubReference } from "./reference.ts";

describe("a reference to a hub", () => {
  test.each([
    ["hf:timm/resnet50.a1_in1k", { repo: "timm/resnet50.a1_in1k", revision: "main", file: undefined }],
    ["hf:a/b@v1.0", { repo: "a/b", revision: "v1.0", file: undefined }],
    ["hf:a/b@refs/pr/12/onnx/model.onnx", { repo: "a/b", revision: "refs/pr/12", file: "onnx/model.onnx" }],
    ["hf:a/b/model_fp16.onnx", { repo: "a/b", revision: "main", file: "model_fp16.onnx" }],
    ["https://huggingface.co/a/b", { repo: "a/b", revision: "main", file: undefined }],
    ["https://hf.co/a/b/?library=onnx", { repo: "a/b", revision: "main", file: undefined }],
    ["https://huggingface.co/a/b/tree/refs%2Fpr%2F1/", { repo: "a/b", revision: "refs/pr/1", file: undefined }],
    ["https://huggingface.co/a/b/tree/v1/onnx/", { repo: "a/b", revision: "v1", file: "onnx" }],
    [
      "https://huggingface.co/a/b/resolve/main/x/y%2B.onnx?download=true",
      { repo: "a/b", revision: "main", file: "x/y+.onnx" },
    ],
  ])("%s", (text, expected) => {
    expect(isHubReference(text)).toBe(true);
    expect(hubReference(text)).toEqual(expected);
  });

  test.each([
    "hf:",
    "hf:resnet",
    "hf:a/b@",
    "hf:a/../b",
    "hf:../b",
    "hf:a/b/../../c",
    "hf:a/b@../x",
    "hf:a/b c",
    "hf:a//b",
    "https://huggingface.co/a/b/blob/main/..%2F..%2Fc",
    "https://huggingface.co/a/b/blob/%zz/c",
  ])("refuses %s", (text) => {
    expect(() => hubReference(text)).toThrow(
      expect.objectContaining({ code: "bad-option", hint: expect.stringContaining("hf:owner/name") }),
    );
  });

  test.each([
    "./hf:a/b",
    "https://example.com/a/b",
    "https://huggingface.co/",
    "https://huggingface.co.example.com/a/b",
  ])("%s is none", (text) => {
    expect(isHubReference(text)).toBe(false);
  });
});
