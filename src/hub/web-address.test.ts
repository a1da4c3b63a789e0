import { describe, expect, test } from "vitest";
import { isWebAddress, webAddress, withoutAnySecrets, withoutSecrets } from "./web-address.ts";

const digits = "ab".repeat(32);

describe("an address", () => {
  test("is told apart into what is asked for and what may be shown", () => {
    const text = `https://bee:p%40ss@example.com:8443/a/model.onnx?sig=secret#sha256=${digits.toUpperCase()}`;
    expect(webAddress(text)).toEqual({
      href: "https://example.com:8443/a/model.onnx?sig=secret",
      shown: "https://example.com:8443/a/model.onnx",
      login: "bee:p%40ss",
      sha256: digits,
      file: "model.onnx",
    });
  });

  test("of a folder means its model.json", () => {
    const { href, file } = webAddress("https://teachablemachine.withgoogle.com/models/AbC/");
    expect([href, file]).toEqual(["https://teachablemachine.withgoogle.com/models/AbC/model.json", "model.json"]);
  });

  test.each(["model.onnx", "m.keras", "m.h5", "m.weights.h5", "m.zip", "model.safetensors", "model.json"])(
    "may end in %s",
    (file) => {
      expect(webAddress(`https://example.com/${file}?x=1`).file).toBe(file);
    },
  );

  test.each([
    ["https://example.com/model.pt", "no-model", /is a pickle/, /safetensors/],
    ["https://example.com/pytorch_model.bin?sig=secret", "no-model", /is a pickle/, /torch\.onnx\.export/],
    ["https://example.com/model.tflite", "no-model", /does not end as a model's file/, /download the file/],
    ["https://example.com/uc?file=model.onnx&sig=secret", "no-model", /example\.com\/uc does not end/, /download/],
    ["https://", "bad-option", /is not an address/, /https:\/\//],
    ["https://bee:secret@/model.onnx", "bad-option", /is not an address/, /https:\/\//],
    ["https://example.com\\@evil/model.onnx", "bad-option", /is not an address/, /https:\/\//],
    ["https://example.com/my model.onnx", "bad-option", /is not an address/, /%20/],
    ["https://example.com/model.onnx#sha256=12", "bad-option", /64 hexadecimal digits/, /sha256sum/],
  ])("%s is refused", (text, code, message, hint) => {
    const error: unknown = (() => {
      try {
        return webAddress(text);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({
      code,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
    expect(String(error)).not.toContain("secret");
  });
});

test.each([
  ["https://bee:secret@example.com/a?b=secret#secret", "https://example.com/a"],
  ["HTTPS://bee@secret@example.com", "HTTPS://example.com"],
  ["https://example.com/a@b/model.onnx", "https://example.com/a@b/model.onnx"],
  ["hf:bees/wings", "hf:bees/wings"],
  ["./what?.onnx", "./what?.onnx"],
])("of %s there is shown %s", (text, shown) => {
  expect(withoutSecrets(text)).toBe(shown);
});

test("what is no address of the web is none", () => {
  expect(["hf:a/b", "vgg16", "./a.onnx", "C:\\a.onnx"].filter(isWebAddress)).toEqual([]);
});

test.each([
  ["There is no folder https://bee:secret@example.com/x?sig=secret.", "There is no folder https://example.com/x"],
  ['"https:/bee:secret@example.com/x#secret" is gone', '"https:/example.com/x" is gone'],
  ["HTTP://bee:secret@a/b and https://c/d?secret", "HTTP://a/b and https://c/d"],
  ["x@y is no address", "x@y is no address"],
])("of %j what may be shown is told", (text, shown) => {
  expect(withoutAnySecrets(text)).toBe(shown);
});
