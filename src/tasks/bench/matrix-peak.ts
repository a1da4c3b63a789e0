import { floats } from "../../base/tensor.ts";
import { graphBuilder } from "../../onnx/builder.ts";
import { encodeForEngine } from "../../onnx/encode-external.ts";
import type { Graph } from "../../onnx/graph.ts";
import { modelOf } from "../../onnx/model.ts";
import { flopPerMultiplyAdd } from "../../onnx/multiply-adds.ts";
import type { Workspace } from "../../runtime/runtime.ts";
import type { Host } from "../host.ts";

export interface PeakOptions {
  readonly threads: number;
  /** Rows and columns of the square matrices that are tried: which ones run best depends on caches and threads. */
  readonly extents?: readonly number[];
  /** Of each extent; the fastest of all counts. */
  readonly runs?: number;
}

/** In one run, so that what comes before and after it does not matter. */
const products = 3;

/**
 * What the engine's product of two square float32 matrices reaches here, in GFLOP/s: what Conv and Gemm, which do the same
 * arithmetic, can be held against.
 *
 * @throws {HostError} "engine-failed"
 */
export async function matrixPeak(
  { threads, extents = [1024, 2048], runs = 4 }: PeakOptions,
  { runtime, now }: Pick<Host, "runtime" | "now">,
): Promise<number> {
  const workspace = await runtime.open({ threads });
  try {
    const rates: number[] = [];
    for (const extent of extents) {
      const fastestMs = await fastest(workspace, { extent, runs, now });
      rates.push((products * flopPerMultiplyAdd * extent ** 3) / (fastestMs * 1e6));
    }
    return Math.max(...rates);
  } finally {
    await workspace.close();
  }
}

interface TrialOptions {
  readonly extent: number;
  readonly runs: number;
  readonly now: () => number;
}

/** Milliseconds of the fastest run but the first. */
async function fastest(workspace: Workspace, { extent, runs, now }: TrialOptions): Promise<number> {
  const session = await workspace.load(encodeForEngine(modelOf(chain(extent))));
  // Each row of X·X is like a row of X: numbers stay as they are.
  const X = new Float32Array(extent * extent).fill(1 / extent);
  const times: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const feeds = { X: floats(X.slice(), [extent, extent]) };
    const began = now();
    await session.run(feeds);
    times.push(now() - began);
  }
  await session.release();
  return Math.min(...times.slice(1));
}

/** One number out: a matrix would have to travel. */
function chain(extent: number): Graph {
  const g = graphBuilder({ name: "matrix-peak" });
  const X = g.input("X", "float32", [extent, extent]);
  let Y = X;
  for (let product = 0; product < products; product++) Y = g.MatMul(Y, X);
  return g.build([g.ReduceMean(Y, undefined, { keepdims: 0 })]);
}
