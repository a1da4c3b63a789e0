import { expect, test } from "vitest";
import { absenceOf, reasonOf } from "./find-peers.ts";

test.each([
  ["has all", { code: 0, output: "lacks\n", errors: "" }, undefined],
  ["lacks some", { code: 0, output: "lacks torch PIL\n", errors: "" }, "lacks torch, PIL"],
  ["is not there", { code: undefined, output: "", errors: "spawn python3 ENOENT" }, "cannot be started"],
  [
    "fails",
    { code: 1, output: "", errors: "Traceback\nImportError: importlib\n" },
    "ended with code 1: ImportError: importlib",
  ],
  ["fails in silence", { code: 3, output: "", errors: "" }, "ended with code 3: it said nothing"],
])("a Python that %s", (_, finished, reason) => {
  expect(reasonOf(finished)).toBe(reason);
});

test("who is not here comes with the way to get it", () => {
  expect(absenceOf("keras", "python3", "lacks tensorflow")).toBe(
    "Keras is not here: python3 lacks tensorflow. To have it measured, let REGRAFT_BENCH_KERAS name the python of a venv " +
      "with tensorflow-cpu==2.21.0.",
  );
});
