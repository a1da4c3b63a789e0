import { random } from "../../../src/base/random.ts";
import { type StaticShape, sizeOf } from "../../../src/base/shape.ts";
import { floats, ints, type Tensor, tensor } from "../../../src/base/tensor.ts";
import { type GraphBuilder, graphBuilder, type Value } from "../../../src/onnx/builder.ts";
import type { Graph } from "../../../src/onnx/graph.ts";
import type { OpName } from "../../../src/onnx/ops.ts";

/** What a case builds its graph with. Every tensor that is not a constant is fed from outside. */
export interface CaseBuilder {
  readonly g: GraphBuilder;
  /** A float32 input with seeded random values, uniform in [min, max); from -2 to 2 unless told. */
  float(shape: StaticShape, min?: number, max?: number): Value;
  /** A float32 input with these values. */
  floats(values: readonly number[], shape?: StaticShape): Value;
  /** An int64 input with these values. */
  ints(values: readonly number[], shape?: StaticShape): Value;
  bools(values: readonly boolean[], shape?: StaticShape): Value;
}

/** Builds a small graph; the values returned are its outputs. */
export type Case = (builder: CaseBuilder) => readonly Value[];

/** At least one named case for each op. */
export type Cases<O extends OpName = OpName> = { readonly [K in O]: Readonly<Record<string, Case>> };

/** The graph of a case and what to feed it. The random values depend on `seed` alone. */
export function assemble(build: Case, seed: string): { readonly graph: Graph; readonly feeds: Record<string, Tensor> } {
  const g = graphBuilder({ name: seed });
  const numbers = random(1).fork(seed);
  const feeds: Record<string, Tensor> = {};
  const feed = (value: Tensor): Value => {
    const name = `input_${Object.keys(feeds).length}`;
    feeds[name] = value;
    return g.input(name, value.dtype, value.shape);
  };
  const outputs = build({
    g,
    float: (shape, min = -2, max = 2) =>
      feed(
        floats(
          Array.from({ length: sizeOf(shape) }, () => numbers.uniform(min, max)),
          shape,
        ),
      ),
    floats: (values, shape) => feed(floats(values, shape)),
    ints: (values, shape) => feed(ints(values, shape)),
    bools: (values, shape = [values.length]) => feed(tensor("bool", shape, Uint8Array.from(values, Number))),
  });
  return { graph: g.build(outputs.map((value, position) => g.named(`output_${position}`, value))), feeds };
}
