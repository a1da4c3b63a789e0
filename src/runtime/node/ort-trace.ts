import { z } from "zod";
import { HostError } from "../../base/errors.ts";
import type { NodeTime, RunTimes } from "../runtime.ts";

/** Chrome's trace format, as far as onnxruntime's profiler fills it; `dur` in microseconds. */
const trace = z.array(
  z.object({
    cat: z.string().optional(),
    name: z.string().optional(),
    dur: z.number().optional(),
    args: z.object({ op_name: z.string().optional() }).optional(),
  }),
);

const runEvent = "model_run";
const kernelEvent = /^(.*)_kernel_time$/s;

/**
 * The runs in a profile of onnxruntime: it tells of each node when it is done, and of the run after its last one.
 *
 * @throws {HostError} "engine-failed"
 */
export function readTrace(text: string): readonly RunTimes[] {
  const runs: RunTimes[] = [];
  let nodes: NodeTime[] = [];
  for (const { cat, name = "", dur = 0, args } of eventsOf(text)) {
    const ms = dur / 1000;
    const [, node] = kernelEvent.exec(name) ?? [];
    if (cat === "Node" && node !== undefined) nodes.push({ name: node, op: args?.op_name ?? "", ms });
    if (cat !== "Session" || name !== runEvent) continue;
    runs.push({ ms, nodes });
    nodes = [];
  }
  return runs;
}

function eventsOf(text: string): z.output<typeof trace> {
  try {
    return trace.parse(JSON.parse(text));
  } catch (cause) {
    throw new HostError("engine-failed", "onnxruntime wrote a profile that cannot be read.", { cause });
  }
}
