import { describe, expect, it } from "vitest";
import {
  directionalDerivative,
  distance,
  gradientError,
  slopeAlong,
} from "../../test/reference/central-differences.ts";
import { type Differentiated, differentiated, gradientOf } from "../../test/reference/differentiated.ts";
import { evaluate } from "../../test/reference/evaluate.ts";
import { runInOnnxruntime } from "../../test/reference/onnxruntime.ts";
import { randomNetwork } from "../../test/reference/random-graph.ts";
import { random } from "../base/random.ts";
import type { Tensor } from "../base/tensor.ts";
import { extend } from "../onnx/builder.ts";
import { bareName, isKnownOp, isVariadic, ops } from "../onnx/ops.ts";
import { backward } from "./backward.ts";
import { type GradientCase, notDifferentiable } from "./gradient-cases/case.ts";
import { patterns } from "./gradient-cases/patterns.ts";
import { gradientCases } from "./gradient-cases.ts";
import { gradientRules } from "./rules.ts";

const judged = Object.entries(gradientCases).flatMap(([op, cases]) =>
  cases === notDifferentiable ? [] : [{ op, cases: Object.entries(cases) }],
);

describe.each(judged)("the gradient of $op", ({ op, cases }) => {
  it.each(cases)("%s", (name, build) => judge(build, `${op}: ${name}`));
});

describe("the gradient of what exporters write in the place of one op", () => {
  it.each(Object.entries(patterns))("%s", (name, build) => judge(build, name));
});

/** Every gradient of a case against central differences, and against onnxruntime. */
async function judge(build: GradientCase, title: string): Promise<void> {
  const { wrt, feeds, loss, exact, engine } = await bothWays(build, title);
  for (const input of wrt) {
    const [gradient, inEngine] = [exact(input), engine(input)];
    expect(gradient.shape, `${title}: shape of d${input}`).toEqual(feeds[input]?.shape);
    const error = gradientError({ loss, feeds, name: input }, gradient, random(2).fork(title, input));
    expect(error, `${title}: d${input} against central differences`).toBeLessThan(2e-7);
    expect(inEngine.shape, `${title}: shape of d${input} in onnxruntime`).toEqual(gradient.shape);
    expect(distance(inEngine.data, gradient.data), `${title}: d${input} in onnxruntime`).toBeLessThan(5e-6);
  }
}

/** The gradients of a case, computed by the same graph in float64 and in onnxruntime's float32. */
async function bothWays(build: GradientCase, seed: string) {
  const made: Differentiated = differentiated(build, seed);
  const { backward, feeds } = made;
  const [inFloat64, inFloat32] = [evaluate(backward, feeds), await runInOnnxruntime(backward, feeds)];
  const gradient =
    (results: Readonly<Record<string, Tensor>>) =>
    (input: string): Tensor => {
      const found = results[gradientOf(input)];
      if (!found) throw new Error(`${seed}: no gradient of ${input}`);
      return found;
    };
  return { ...made, exact: gradient(inFloat64), engine: gradient(inFloat32) };
}

describe("the gradients of random networks", () => {
  it.each(Array.from({ length: 50 }, (_, seed) => seed))("network %d", async (seed) => {
    const title = `network ${seed}`;
    const { wrt, feeds, loss, exact, engine } = await bothWays(randomNetwork(random(seed)), title);
    let kinks = 0;
    for (const input of wrt) {
      const gradient = exact(input);
      const direction = Float64Array.from({ length: gradient.data.length }, random(seed).fork(input).normal);
      const { slope, scale } = slopeAlong(gradient.data, direction);
      const along = (step: number) => directionalDerivative({ loss, feeds, name: input, step }, direction);
      const [wide, narrow] = [along(1e-5), along(1e-6)];
      // Where the two steps disagree, a Relu or MaxPool bends in between: no derivative to compare with.
      if (Math.abs(wide - narrow) > 1e-6 * scale) kinks++;
      else expect(Math.abs(slope - narrow) / scale, `${title}: d${input}`).toBeLessThan(1e-6);
      expect(distance(engine(input).data, gradient.data), `${title}: d${input} in onnxruntime`).toBeLessThan(2e-5);
    }
    expect(kinks, `${title}: directions that cross a kink`).toBeLessThanOrEqual(1);
  });
});

describe("a seed", () => {
  it("stands for the gradient that the output's weighted sum would send back", () => {
    const build: GradientCase = ({ g, x }) => [g.Tanh(g.Gemm(x("A", [2, 4]), x("B", [4, 3])))];
    const { forward, backward: whole, feeds, wrt } = differentiated(build, "seed");
    const g = extend(forward, { prefix: "seeded." });
    const [output, seed] = [g.value("Tanh_1"), g.value("weight of Tanh_1")];
    const gradients = backward(g, { nodes: forward.nodes, output, wrt, seed });
    const [seeded, expected] = [evaluate(g.build([...gradients.values()]), feeds), evaluate(whole, feeds)];
    expect([...gradients.keys()]).toEqual(["A", "B"]);
    for (const [name, gradient] of gradients) {
      expect(seeded[gradient.name]?.data ?? []).toBeAllclose(expected[gradientOf(name)]?.data ?? [], { rtol: 1e-14 });
    }
  });
});

describe("the table of cases", () => {
  const rules: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = Object.entries(gradientRules);

  it.each(rules)("judges every gradient rule of %s, and nothing else", (op, row) => {
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
