import type { Graph } from "../../onnx/graph.ts";
import { NCHWC } from "./layout.ts";

/** Channels that every size of block divides. */
const channels = 64;

/** A graph that puts X [1, channels, 1, 2] into blocks, so that its output shows how large they are. */
export const blockProbe = (): { readonly graph: Graph; readonly channels: number } => {
  const shape = [1, channels, 1, 2];
  return {
    channels,
    graph: {
      name: "block-probe",
      inputs: [{ name: "X", dtype: "float32", shape }],
      outputs: [{ name: "Y", dtype: "float32", shape }],
      nodes: [{ name: "reorder", op: "ReorderInput", domain: NCHWC, inputs: ["X"], outputs: ["Y"], attributes: {} }],
      initializers: new Map(),
      domains: new Map([[NCHWC, 1]]),
    },
  };
};
