import type { Extents } from "../../onnx/extents.ts";
import type { Node } from "../../onnx/graph.ts";
import { flopPerMultiplyAdd, isProductOp, multiplyAddsOf } from "../../onnx/multiply-adds.ts";
import { stepWork, totalWork } from "../../program/step-work.ts";
import { labelOf } from "../../rewrite/names.ts";
import type { RunTimes } from "../../runtime/runtime.ts";
import { type Origin, Origins, type OriginsOptions, type Role, roles } from "./origins.ts";

/** Milliseconds of a step, and their share of it, 0 to 1. */
export interface Time {
  readonly ms: number;
  readonly share: number;
}

export interface RoleTime extends Time {
  readonly role: Role;
  /** The same by the op of the layer that it is for, the longest first. */
  readonly ops: readonly (Time & { readonly op: string })[];
}

export interface OpTime extends Time {
  /** As the engine calls it. */
  readonly op: string;
  /** In one step. */
  readonly calls: number;
  /** GFLOP/s of what the op itself multiplies; undefined for ops that sum no products, or of which some were not recognized. */
  readonly gflops?: number;
}

export interface LayerTime extends Time {
  /** The node's name in the forward pass. */
  readonly layer: string;
  readonly op: string;
  readonly forwardMs: number;
  /** Its gradients by activations, with sums where they meet. */
  readonly dXMs: number;
  /** Its gradients by weights. */
  readonly dWMs: number;
  readonly optimizerMs: number;
  /** GFLOP/s of forward, dX and dW together, by the layer's own mathematics; undefined where it sums no products. */
  readonly gflops?: number;
}

export interface NodeRow extends Time {
  /** As the engine calls them. */
  readonly name: string;
  readonly op: string;
  readonly role: Role;
  readonly layer?: string;
}

/** Where the time of a step goes, by the engine's clock and with its profiler on, as means over some steps. */
export interface StepProfile {
  readonly steps: number;
  readonly ms: number;
  /** Between nodes. */
  readonly between: Time;
  /** In the order of `roles`, without those that took no time. */
  readonly roles: readonly RoleTime[];
  /** The longest first, as are the following. */
  readonly ops: readonly OpTime[];
  readonly layers: readonly LayerTime[];
  readonly nodes: readonly NodeRow[];
}

export interface StepProfileOptions extends OriginsOptions {
  readonly extents: Extents;
  /** How many steps the runs are of. */
  readonly steps: number;
}

/** Sums up the runs of the steps' sessions. */
export function stepProfile(runs: readonly RunTimes[], options: StepProfileOptions): StepProfile {
  const { steps } = options;
  const ms = total(runs) / steps;
  const time = (sum: number): Time => ({ ms: sum / steps, share: ms > 0 ? sum / steps / ms : 0 });
  const rows = traced(runs, options);
  const gflops = (multiplyAdds: number, sum: number) =>
    multiplyAdds > 0 && sum > 0 ? { gflops: (flopPerMultiplyAdd * multiplyAdds * steps) / (sum * 1e6) } : {};
  return {
    steps,
    ms,
    between: time(total(runs) - total(rows)),
    roles: roleTimes(rows, time),
    ops: opTimes(rows, options, time, gflops),
    layers: layerTimes(rows, options, time, gflops),
    nodes: longestFirst(
      [...grouped(rows, ({ name }) => name).values()].map((same) => {
        const [{ name, op, origin }] = same;
        const layer = origin.layer && { layer: labelOf(origin.layer) };
        return { name, op, role: origin.role, ...layer, ...time(total(same)) };
      }),
    ),
  };
}

interface Traced {
  readonly name: string;
  readonly op: string;
  readonly ms: number;
  readonly origin: Origin;
}

type Rows = readonly [Traced, ...Traced[]];
type Timed = (sum: number) => Time;
/** @param sum milliseconds of all steps */
type Rated = (multiplyAdds: number, sum: number) => { readonly gflops?: number };

function traced(runs: readonly RunTimes[], options: OriginsOptions): readonly Traced[] {
  const origins = new Origins(options);
  const known = new Map<string, Origin>();
  return runs.flatMap(({ nodes }) =>
    nodes.map((node) => {
      const key = `${node.op} ${node.name}`;
      const origin = known.get(key) ?? origins.of(node.name, node.op);
      known.set(key, origin);
      return { ...node, origin };
    }),
  );
}

function roleTimes(rows: readonly Traced[], time: Timed): readonly RoleTime[] {
  const byRole = grouped(rows, ({ origin }) => origin.role);
  return roles.flatMap((role) => {
    const own = byRole.get(role);
    if (!own) return [];
    const byOp = grouped(own, ({ op, origin }) => origin.layer?.op ?? op);
    const ops = longestFirst([...byOp].map(([op, same]) => ({ op, ...time(total(same)) })));
    return [{ role, ...time(total(own)), ops }];
  });
}

function opTimes(
  rows: readonly Traced[],
  { loaded, extents, steps }: StepProfileOptions,
  time: Timed,
  rate: Rated,
): readonly OpTime[] {
  const counts = new Map<Node | undefined, number>(loaded.flatMap((graph) => [...multiplyAddsOf(graph, { extents })]));
  const times = [...grouped(rows, ({ op }) => op)].map(([op, same]) => {
    // What one node sums the engine may do in several.
    const sums = isProductName(op)
      ? [...new Set(same.map(({ origin }) => origin.node))].map((node) => counts.get(node))
      : [];
    const whole = sums.every((sum) => sum !== undefined);
    const multiplyAdds = whole ? sums.reduce((sum, one) => sum + one, 0) : 0;
    return { op, calls: same.length / steps, ...time(total(same)), ...rate(multiplyAdds, total(same)) };
  });
  return longestFirst(times);
}

/** "Conv", "FusedMatMul" */
const isProductName = (op: string): boolean => isProductOp(op.replace(/^Fused/, ""));

function layerTimes(
  rows: readonly Traced[],
  { forward, trainable, extents }: StepProfileOptions,
  time: Timed,
  rate: Rated,
): readonly LayerTime[] {
  const work = stepWork(forward, { trainable, extents });
  const times = [...grouped(rows, ({ origin }) => origin.layer)].flatMap(([layer, same]) => {
    if (!layer) return [];
    const part = (...wanted: readonly Role[]) => total(same.filter(({ origin }) => wanted.includes(origin.role)));
    const [ahead, dX, dW] = [part("forward"), part("dX", "other gradients", "sums"), part("dW")];
    const own = work.get(layer);
    return {
      ...{ layer: labelOf(layer), op: layer.op, ...time(total(same)) },
      ...{ forwardMs: time(ahead).ms, dXMs: time(dX).ms, dWMs: time(dW).ms },
      optimizerMs: time(part("optimizer")).ms,
      ...rate(own ? totalWork(own) : 0, ahead + dX + dW),
    };
  });
  return longestFirst(times);
}

const total = (rows: readonly { readonly ms: number }[]): number => rows.reduce((sum, { ms }) => sum + ms, 0);

const longestFirst = <T extends { readonly ms: number }>(rows: readonly T[]): readonly T[] =>
  [...rows].sort((a, b) => b.ms - a.ms);

/** Rows by their key, in the order in which keys first come. */
function grouped<K>(rows: readonly Traced[], keyOf: (row: Traced) => K): ReadonlyMap<K, Rows> {
  const groups = new Map<K, [Traced, ...Traced[]]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}
