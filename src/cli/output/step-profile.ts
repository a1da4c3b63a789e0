import type { LayerTime, OpTime, RoleTime, StepProfile, Time } from "../../tasks/bench/step-profile.ts";
import { milliseconds, rate } from "./bench.ts";
import { columns } from "./columns.ts";
import { count, counted, percent } from "./format.ts";
import type { Colors } from "./terminal.ts";

/** More than these are for --json and --profile <file> to tell. */
const [mostOps, mostLayers, mostOfRole] = [12, 15, 3];

const titles: { readonly [R in RoleTime["role"]]: string } = {
  forward: "forward",
  loss: "loss",
  dX: "dX of products",
  dW: "dW",
  "other gradients": "dX of masks and all else",
  sums: "sums of gradients",
  optimizer: "optimizer",
  other: "not attributable",
};

/** Where the time of a step goes: what for, in which ops, in which layers. */
export function profileLines(profile: Omit<StepProfile, "nodes">, colors: Colors): readonly string[] {
  const { dim } = colors;
  const { steps, ms, ops, layers } = profile;
  const title = (text: string) => ["", `  ${dim(text)}`];
  return [
    `  ${dim(`with the profiler on: ${milliseconds(ms)} ms a step, the mean of ${counted(steps, "step")}`)}`,
    ...columns(roleRows(profile, colors), { right: [1, 2] }),
    ...title(`by op, as the engine calls it: ${shown(ops, mostOps)}`),
    ...columns([header(["op", "ms", "share", "calls", "GFLOP/s"], dim), ...ops.slice(0, mostOps).map(opRow)], {
      right: [1, 2, 3, 4],
    }),
    ...title(`by layer: ${shown(layers, mostLayers)}`),
    ...columns([header(layerHeader, dim), ...layers.slice(0, mostLayers).map(layerRow)], {
      right: [2, 3, 4, 5, 6, 7, 8],
    }),
    "",
  ];
}

const shown = (rows: readonly unknown[], most: number): string =>
  rows.length <= most ? `all ${rows.length}` : `the first ${most} of ${rows.length}`;

const header = (names: readonly string[], dim: Colors["dim"]): readonly string[] => names.map(dim);

const timed = ({ ms, share }: Time): readonly [string, string] => [milliseconds(ms), percent(share)];

function roleRows({ roles, between }: Omit<StepProfile, "nodes">, { dim }: Colors): readonly (readonly string[])[] {
  const rows = roles.map((time) => [titles[time.role], ...timed(time), dim(opsOf(time))]);
  return [header(["for", "ms", "share", "of the step"], dim), ...rows, ["between nodes", ...timed(between), ""]];
}

/** "Conv 30.1%, Gemm 2.0% ..." */
const opsOf = ({ ops }: RoleTime): string =>
  ops
    .slice(0, mostOfRole)
    .map(({ op, share }) => `${op} ${percent(share)}`)
    .join(", ");

const opRow = ({ op, calls, gflops, ...time }: OpTime): readonly string[] => [
  op,
  ...timed(time),
  count(calls),
  speed(gflops),
];

const layerHeader = ["layer", "op", "ms", "share", "forward", "dX", "dW", "optimizer", "GFLOP/s"] as const;

const layerRow = (row: LayerTime): readonly string[] => [
  row.layer,
  row.op,
  ...timed(row),
  ...[row.forwardMs, row.dXMs, row.dWMs, row.optimizerMs].map((ms) => (ms === 0 ? "" : milliseconds(ms))),
  speed(row.gflops),
];

const speed = (gflops: number | undefined): string => (gflops === undefined ? "" : rate(gflops));
