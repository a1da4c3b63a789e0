import { expect, it } from "vitest";
import { deathOf, failureOf } from "./engine-errors.ts";

const named = (code: string, message: string) => Object.assign(new Error(message), { code });

it("tells what the engine refuses, what is a slip of the program's, and what is a lack of memory", () => {
  const refused = new Error("Got invalid dimensions for input: x");
  expect(failureOf(refused)).toMatchObject({
    code: "engine-failed",
    message: "onnxruntime: Got invalid dimensions for input: x",
    cause: refused,
  });
  const slip = new TypeError("x is not a function");
  expect(failureOf(slip)).toBe(slip);
  expect(failureOf(new RangeError("Array buffer allocation failed"))).toMatchObject({ code: "out-of-memory" });
});

it("tells why the engine's thread is gone", () => {
  expect(deathOf(named("ERR_WORKER_OUT_OF_MEMORY", "Worker terminated."))).toMatchObject({ code: "out-of-memory" });
  const missing = named("ERR_DLOPEN_FAILED", "libonnxruntime.so.1: cannot open shared object file\nmore");
  expect(deathOf(missing)).toMatchObject({
    code: "not-installed",
    message: "onnxruntime-node cannot be loaded: libonnxruntime.so.1: cannot open shared object file.",
    hint: expect.stringContaining("npm ci"),
  });
  expect(deathOf(new Error("gone"))).toMatchObject({
    code: "engine-failed",
    message: "onnxruntime: The engine's thread died: gone",
  });
});
