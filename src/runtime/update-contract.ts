import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { floats, ints, tensor } from "../base/tensor.ts";
import { graphBuilder, type Value } from "../onnx/builder.ts";
import { dataTypeCodes } from "../onnx/data-types.ts";
import { encodeModel } from "../onnx/encode.ts";
import { modelOf } from "../onnx/model.ts";
import type { Runtime, SessionOptions, Workspace } from "./runtime.ts";

const updating = { state: ["total"], updates: { "next:total": "total" } };

const ways: readonly (readonly [string, SessionOptions])[] = [
  ["in two buffers", updating],
  ["in place", { ...updating, inPlace: ["total"] }],
];

/** What a Runtime must do where sessions update state, in whatever memory: part of `runtimeContract`. */
export function updateContract(runtime: Runtime): void {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await runtime.open({ threads: 1 });
  });
  beforeEach(() => workspace.setState({ total: floats([10, 20]) }));
  afterAll(() => workspace.close());

  describe.each(ways)("state that is updated %s", (_, options) => {
    test("has the last run's value, after each run and for another session", async () => {
      const session = await workspace.load(adding(), options);
      const values = [];
      for (let run = 0; run < 3; run++) {
        expect(await session.run({ x: floats([1, 2]) })).toEqual({ sum: floats([33 + 3 * run], []) });
        values.push(await workspace.getState(["total"]));
      }
      expect(values.map(({ total }) => total)).toEqual([floats([11, 22]), floats([12, 24]), floats([13, 26])]);
      const other = await workspace.load(adding(), updating);
      expect(await other.run({ x: floats([0, 1]) })).toEqual({ sum: floats([40], []) });
      expect(await session.run({ x: floats([0, 1]) })).toEqual({ sum: floats([41], []) });
    });

    test("keeps its shape, whatever the shape of the output that becomes it", async () => {
      await workspace.setState({ total: floats([1, 2, 3, 4], [2, 2]) });
      const g = graphBuilder({ name: "reshaping" });
      const [total, x] = [g.input("total", "float32", [2, 2]), g.input("x", "float32", [4])];
      const next = g.Add(g.Reshape(total, g.ints([4])), x);
      const model = encodeModel(modelOf(g.build([g.named("next:total", next), g.named("read", g.Neg(x))])));
      const session = await workspace.load(model, { ...options, inPlace: [] });
      for (let run = 0; run < 2; run++) await session.run({ x: floats([1, 0, 0, -1]) });
      expect(await workspace.getState(["total"])).toEqual({ total: floats([3, 2, 3, 2], [2, 2]) });
    });

    test("lies apart from other state, also where both were set from one array", async () => {
      const room = floats([10, 20, 1, 2]).data;
      const one = tensor("float32", [2], room.subarray(0, 2));
      await workspace.setState({ total: one, same: one, beside: tensor("float32", [2], room.subarray(2)) });
      const session = await workspace.load(adding(), options);
      for (let run = 0; run < 3; run++) await session.run({ x: floats([1, 2]) });
      expect(await workspace.getState(["total", "same", "beside"])).toEqual({
        total: floats([13, 26]),
        same: floats([10, 20]),
        beside: floats([1, 2]),
      });
    });

    test("can be set again and updated after runs that failed", async () => {
      const session = await workspace.load(adding(), options);
      for (const feeds of [{ x: floats([1, 2, 3]) }, {}]) {
        await expect(session.run(feeds)).rejects.toMatchObject({ code: "engine-failed" });
        await workspace.setState({ total: floats([1, 2]) });
        expect(await session.run({ x: floats([1, 1]) })).toEqual({ sum: floats([5], []) });
        expect(await workspace.getState(["total"])).toEqual({ total: floats([2, 3]) });
      }
    });

    test("does not hide what went wrong within the run", async () => {
      const session = await workspace.load(shaping({ isKnown: true }), options);
      await expect(session.run({ x: floats([1, 2]), shape: ints([3]) })).rejects.toThrowError(/Reshape/);
      await workspace.setState({ total: floats([0, 0]) });
      expect(await session.run({ x: floats([1, 2]), shape: ints([2, 1]) })).toEqual({ shaped: floats([2], []) });
    });

    test.each([[[2, 1]], [[1, 1, 2]], [[2]]])(
      "goes with outputs of a shape that only the run knows: %j",
      async (shape) => {
        const session = await workspace.load(shaping({ isKnown: false }), options);
        const feeds = { x: floats([1, 2]), shape: ints(shape) };
        expect(await session.run(feeds)).toEqual({ shaped: floats([1, 2], shape) });
        expect(await workspace.getState(["total"])).toEqual({ total: floats([11, 22]) });
      },
    );
  });

  describe.each([...ways, ["not at all", { state: ["total"] }] as const])(
    "outputs beside state that is updated %s",
    (how, options) => {
      const model = () => typed({ updates: how !== "not at all" });

      test("come in all their types", async () => {
        const session = await workspace.load(model(), options);
        expect(await session.run({ x: floats([1.5, 25]) })).toEqual({
          scalar: floats([26.5], []),
          rows: floats([1.5, 25, 3, 50], [2, 2]),
          whole: ints([1, 25]),
          isAbove: tensor("bool", [2], Uint8Array.of(0, 1)),
        });
      });

      test("stay what they were when the next run has come", async () => {
        const session = await workspace.load(model(), options);
        const before = await session.run({ x: floats([1.5, 25]) });
        const state = await workspace.getState(["total"]);
        const [copy, copyOfState] = [structuredClone(before), structuredClone(state)];
        await session.run({ x: floats([-4, -5]) });
        expect(before).toEqual(copy);
        expect(state).toEqual(copyOfState);
      });
    },
  );
}

/** total ← total + x; sum = Σ total */
export function adding(): Uint8Array {
  const g = graphBuilder();
  const total = g.input("total", "float32", [2]);
  const next = g.Add(total, g.input("x", "float32", [2]));
  const sum = g.named("sum", g.ReduceSum(next, undefined, { keepdims: 0 }));
  return encodeModel(modelOf(g.build([sum, g.named("next:total", next)])));
}

/** total ← total + x; shaped = x in the shape that is fed, or the largest number of that: a shape that is known */
function shaping({ isKnown }: { readonly isKnown: boolean }): Uint8Array {
  const g = graphBuilder();
  const x = g.input("x", "float32", [2]);
  const next = g.Add(g.input("total", "float32", [2]), x);
  const reshaped = g.Reshape(x, g.input("shape", "int64", ["K"]));
  const shaped: Value = isKnown ? g.ReduceMax(reshaped, undefined, { keepdims: 0 }) : reshaped;
  return encodeModel(modelOf(g.build([g.named("shaped", shaped), g.named("next:total", next)])));
}

/** total ← total + x where it is updated; of x the sum, itself and its double, its integers, where it is above 20 */
function typed({ updates }: { readonly updates: boolean }): Uint8Array {
  const g = graphBuilder();
  const total = g.input("total", "float32", [2]);
  const x = g.input("x", "float32", [2]);
  const twice = g.Mul(x, g.float(2));
  const outputs = {
    scalar: g.ReduceSum(x, undefined, { keepdims: 0 }),
    rows: g.Reshape(g.Concat(x, twice, { axis: 0 }), g.ints([2, 2])),
    whole: g.Cast(x, { to: dataTypeCodes.int64 }),
    isAbove: g.Greater(x, g.float(20)),
    ...(updates ? { "next:total": g.Add(total, x) } : {}),
  };
  return encodeModel(modelOf(g.build(Object.entries(outputs).map(([name, value]) => g.named(name, value)))));
}
