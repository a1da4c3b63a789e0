import { isStatic } from "../base/shape.ts";
import { numbersOf, zeros } from "../base/tensor.ts";
import { extend } from "../onnx/builder.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Graph } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import { openShapes, type PinnedShape, pinShapes } from "../rewrite/pin-shapes.ts";
import type { Session } from "../runtime/runtime.ts";
import type { Host } from "./host.ts";
import { explained } from "./unknown-ops.ts";

/** Two batches that tell the batch from a number, and are small. */
const batches = [2, 3] as const;

/**
 * The graph with all shapes known that its other parts need: where nodes are in it that Regraft does not look into, it
 * is run on two empty batches to see what they give.
 *
 * @param graph pictures [N, 3, height, width] in, with height and width known
 * @throws {GraphError} "unknown-op" · {HostError} "engine-failed"
 */
export async function withKnownShapes(graph: Graph, { runtime }: Pick<Host, "runtime">): Promise<Graph> {
  const open = openShapes(graph);
  const shape = graph.inputs[0]?.shape?.slice(1) ?? [];
  if (open.length === 0 || !isStatic(shape)) return graph;
  const workspace = await runtime.open({ threads: 1 });
  try {
    const session = await workspace.load(encodeModel(modelOf(withShapesOf(graph, open))));
    const [two, three] = [
      await measured(session, graph, shape, batches[0]),
      await measured(session, graph, shape, batches[1]),
    ];
    const pinned = open.flatMap((name) => {
      const found = followed(two.get(name) ?? [], three.get(name) ?? []);
      return found ? [[name, found] as const] : [];
    });
    return pinShapes(graph, new Map(pinned));
  } catch (error) {
    throw explained(error, graph);
  } finally {
    await workspace.close();
  }
}

const shapeName = (tensor: string): string => `shape of ${tensor}`;

/** Gives out the shapes instead of the tensors: whatever dtype these have. */
function withShapesOf(graph: Graph, tensors: readonly string[]): Graph {
  const g = extend(graph, { prefix: "shapes." });
  return g.build(tensors.map((name) => g.named(shapeName(name), g.Shape(g.value(name)))));
}

async function measured(session: Session, { inputs }: Graph, shape: readonly number[], batch: number) {
  const outputs = await session.run({ [inputs[0]?.name ?? ""]: zeros("float32", [batch, ...shape]) });
  return new Map(Object.entries(outputs).map(([name, value]) => [name.slice(shapeName("").length), numbersOf(value)]));
}

/** The extents as numbers and multiples of the batch; undefined where they follow something else. */
function followed(two: readonly number[], three: readonly number[]): PinnedShape | undefined {
  if (two.length !== three.length) return undefined;
  const extents = two.map((extent, axis) => {
    if (extent === three[axis]) return extent;
    const timesBatch = extent / batches[0];
    return Number.isInteger(timesBatch) && timesBatch * batches[1] === three[axis] ? { timesBatch } : undefined;
  });
  const all = extents.filter((extent) => extent !== undefined);
  return all.length === extents.length ? all : undefined;
}
