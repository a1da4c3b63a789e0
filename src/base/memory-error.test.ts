import { expect, it } from "vitest";
import { isOutOfMemory, memoryError } from "./memory-error.ts";

const named = (code: string) => Object.assign(new Error("Worker terminated."), { code });

it.each([
  new RangeError("Array buffer allocation failed"),
  new RangeError("Invalid typed array length: 95999999904"),
  new Error("std::bad_alloc"),
  new Error("bfc_arena.cc: Failed to allocate memory for requested buffer of size 1000"),
  named("ERR_WORKER_OUT_OF_MEMORY"),
])("knows a lack of memory: %s", (cause) => {
  expect(memoryError(cause)).toMatchObject({ code: "out-of-memory", cause });
});

it.each([new RangeError("Invalid typed array length: -1"), new Error("x"), named("ENOENT"), "std::bad_alloc"])(
  "leaves other errors alone: %s",
  (cause) => {
    expect(memoryError(cause)).toBeUndefined();
  },
);

it("is caused by what was thrown: a real lack of memory is one", () => {
  const grab = () => new ArrayBuffer(2 ** 46);
  expect(grab).toThrow(RangeError);
  try {
    grab();
  } catch (cause) {
    expect(memoryError(cause)).toMatchObject({ code: "out-of-memory" });
  }
});

it.each([
  "std::bad_alloc",
  "Non-zero status code returned while running Conv node. Status Message: Failed to allocate memory for requested buffer of size 411041792",
  "bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool) Available memory of 1 is smaller than requested bytes of 2",
  "Worker terminated due to reaching memory limit: JS heap out of memory",
])("hears of it in words alone: %s", (message) => {
  expect(isOutOfMemory(message)).toBe(true);
  expect(isOutOfMemory(new Error(message))).toBe(true);
});

it.each(["The session was released", "Got invalid dimensions for input: X", ""])("does not in: %s", (message) => {
  expect(isOutOfMemory(message)).toBe(false);
});

it("knows of a thread that could not be started", () => {
  expect(isOutOfMemory(named("ERR_WORKER_INIT_FAILED"))).toBe(true);
});
