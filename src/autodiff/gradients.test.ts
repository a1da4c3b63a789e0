import { describe, expect, it } from "vitest";
import { centralDifferences, directionalDerivative } from "../../test/reference/central-differences.ts";
import { differentiated, gradientOf } from "../../test/reference/differentiated.ts";
import { evaluate } from "../../test/reference/evaluate.ts";
import { runInOnnxruntime } from "../../test/reference/onnxruntime.ts";
import { randomNetwork } from "../../test/reference/random-graph.ts";
import { random } from "../base/random.ts";
import type { Tensor } from "../base/tensor.ts";
import { bareName, isKnownOp, isVariadic, ops } from "../onnx/ops.ts";
import { notDifferentiable } from "./gradient-cases/case.ts";
import { gradientCases } from "./gradient-cases.ts";
import { gradientRules } from "./rules.ts";

const judged = Object.entries(gradientCases).flatMap(([op, cases]) =>
  cases === notDifferentiable ? [] : [{ op, cases: Object.entries(cases) }],
);

describe.each(judged)("the gradient of $op", ({ op, cases }) => {
  it.each(cases)("%s", async (name, build) => {
    const seed = `${op}: ${name}`;
    const { backward, feeds, wrt, loss } = differentiated(build, seed);
    const exact = evaluate(backward, feeds);
    const engine = await runInOnnxruntime(backward, feeds);
    for (const input of wrt) {
      const gradient = exact[gradientOf(input)];
      expect(gradient?.shape, `${seed}: shape of d${input}`).toEqual(feeds[input]?.shape);
      const slopes = centralDifferences({ loss, feeds, name: input });
      expect(distance(gradient, slopes), `${seed}: d${input} against central differences`).toBeLessThan(1e-6);
      expect(distance(engine[gradientOf(input)], gradient?.data), `${seed}: d${input} in onnxruntime`).toBeLessThan(
        1e-5,
      );
    }
  });
});

describe("the gradients of random networks", () => {
  const seeds = Array.from({ length: 50 }, (_, seed) => seed);

  it.each(seeds)("network %d", async (seed) => {
    const { backward, feeds, wrt, loss } = differentiated(randomNetwork(random(seed)), `network ${seed}`);
    const exact = evaluate(backward, feeds);
    const engine = await runInOnnxruntime(backward, feeds);
    let kinks = 0;
    for (const input of wrt) {
      const gradient = Array.from<number | bigint, number>(exact[gradientOf(input)]?.data ?? [], Number);
      const direction = Float64Array.from(gradient, random(seed).fork(input).normal);
      const slope = direction.reduce((sum, step, at) => sum + step * (gradient[at] ?? 0), 0);
      const scale = Math.max(0.01, Math.hypot(...direction) * Math.hypot(...gradient));
      const [wide, narrow] = [1e-5, 1e-6].map((step) =>
        directionalDerivative({ loss, feeds, name: input, step }, direction),
      );
      if (wide === undefined || narrow === undefined) throw new Error("no slope");
      // Where the two steps disagree, a Relu or MaxPool bends in between: no derivative to compare with.
      if (Math.abs(wide - narrow) > 1e-6 * scale) kinks++;
      else expect(Math.abs(slope - narrow) / scale, `network ${seed}: d${input}`).toBeLessThan(1e-6);
      expect(
        distance(engine[gradientOf(input)], exact[gradientOf(input)]?.data),
        `network ${seed}: d${input} in onnxruntime`,
      ).toBeLessThan(2e-6);
    }
    expect(kinks).toBeLessThanOrEqual(1);
  });
});

describe("the table of cases", () => {
  const rules: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = Object.entries(gradientRules);

  it.each(rules)("has a case for every gradient rule of %s", (op, row) => {
    const written = Object.keys(row).filter((input) => typeof row[input] === "function");
    expect(differentiatedInputs(op)).toEqual(new Set(written));
  });
});

/** The inputs of an op by which its cases differentiate. */
function differentiatedInputs(op: string): ReadonlySet<string> {
  if (!isKnownOp(op)) throw new Error(`no op ${op}`);
  const names: readonly string[] = ops[op].inputs;
  const cases = gradientCases[op];
  if (cases === notDifferentiable) return new Set();
  const found = Object.entries(cases).flatMap(([name, build]) => {
    const { forward, wrt } = differentiated(build, name);
    const positions = forward.nodes
      .filter((node) => node.op === op)
      .flatMap(({ inputs }) => inputs.flatMap((input, at) => (wrt.includes(input) ? [at] : [])));
    return positions.map((at) => bareName(names[at] ?? names.findLast(isVariadic) ?? ""));
  });
  return new Set(found);
}

/** The largest difference, relative to the largest expected element (or to 0.01 where all are smaller). */
function distance(actual: Tensor | undefined, expected: Tensor["data"] | undefined): number {
  if (!actual || !expected || actual.data.length !== expected.length) return Number.POSITIVE_INFINITY;
  const wanted = Array.from<number | bigint, number>(expected, Number);
  const scale = Math.max(0.01, ...wanted.map(Math.abs));
  return Math.max(...wanted.map((value, at) => Math.abs(Number(actual.data[at]) - value) / scale));
}
