import { describe, expect, it } from "vitest";
import { assemble } from "./cases/case.ts";
import { cases } from "./cases/cases.ts";
import { erf } from "./erf.ts";
import { evaluate } from "./evaluate.ts";
import { runInOnnxruntime } from "./onnxruntime.ts";

describe.each(Object.entries(cases))("%s in float64 is what onnxruntime computes in float32", (op, named) => {
  it.each(Object.entries(named))("%s", async (name, build) => {
    const { graph, feeds } = assemble(build, `${op}: ${name}`);
    const expected = await runInOnnxruntime(graph, feeds);
    const computed = evaluate(graph, feeds);
    for (const { name: output } of graph.outputs) {
      const [actual, wanted] = [computed[output], expected[output]];
      if (!actual || !wanted) throw new Error(`no ${output}`);
      expect(actual.shape).toEqual(wanted.shape);
      expect(actual.dtype).toBe(wanted.dtype === "float32" ? "float64" : wanted.dtype);
      expect(actual).toBeAllclose(wanted, { rtol: 1e-5, atol: 2e-6 });
    }
  });
});

describe("erf", () => {
  // Digits from Abramowitz and Stegun, table 7.1, and NIST DLMF 7.23.
  it.each([
    [0, 0],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [-1, -0.8427007929497149],
    [3, 0.9999779095030014],
    [7, 1],
  ])("of %d is %d", (x, expected) => {
    expect(Math.abs(erf(x) - expected)).toBeLessThan(1e-15);
  });
});
