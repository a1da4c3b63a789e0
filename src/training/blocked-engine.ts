import { backward } from "../autodiff/backward.ts";
import { random } from "../base/random.ts";
import { floats, tensor } from "../base/tensor.ts";
import { type GraphBuilder, graphBuilder, type Value } from "../onnx/builder.ts";
import { encodeForEngine } from "../onnx/encode-external.ts";
import type { Graph } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import { blockChannels } from "../rewrite/blocked/block-channels.ts";
import { blockProbe } from "../rewrite/blocked/probe.ts";
import { float32Output } from "../runtime/outputs.ts";
import type { Runtime, Workspace } from "../runtime/runtime.ts";

const known = new WeakMap<Workspace, Promise<number | undefined>>();
const knownOf = new WeakMap<Runtime, Promise<number | undefined>>();

/**
 * The number of channels that this engine keeps together in its blocked tensors; undefined where it has none, or where
 * what it computes on them is not what it computes on plain ones. Each workspace is asked once.
 */
export function channelBlock(workspace: Workspace): Promise<number | undefined> {
  const asked = known.get(workspace) ?? trustedBlock(workspace);
  known.set(workspace, asked);
  return asked;
}

/**
 * The same for the engine of a runtime, where nothing else is to be run: asked once, in a workspace that is closed again. Before
 * something is computed on blocks, its own workspace is asked.
 *
 * @throws {HostError} "engine-failed" · "out-of-memory"
 */
export function runtimeBlock(runtime: Runtime): Promise<number | undefined> {
  const asked = knownOf.get(runtime) ?? askedOnce(runtime);
  knownOf.set(runtime, asked);
  return asked;
}

async function askedOnce(runtime: Runtime): Promise<number | undefined> {
  try {
    const workspace = await runtime.open({ threads: 1 });
    return await channelBlock(workspace).finally(() => workspace.close());
  } catch (error) {
    // What failed for lack of memory may go well later.
    knownOf.delete(runtime);
    throw error;
  }
}

async function trustedBlock(workspace: Workspace): Promise<number | undefined> {
  try {
    const block = await blockOf(workspace);
    return block !== undefined && (await isTrustworthy(workspace, block)) ? block : undefined;
  } catch {
    // An engine without the domain refuses the model.
    return undefined;
  }
}

/** Where the second pixel of the first channel lies behind the first one, there a block ends. */
async function blockOf(workspace: Workspace): Promise<number | undefined> {
  const { graph, channels } = blockProbe();
  const numbered = Float32Array.from({ length: 2 * channels }, (_, at) => at);
  const [blocked] = await run(workspace, graph, { X: tensor("float32", [1, channels, 1, 2], numbered) });
  const block = blocked?.indexOf(1) ?? -1;
  return block > 1 && channels % block === 0 ? block : undefined;
}

/** Whether each kind of convolution that is put into blocks gives what the plain one gives. */
async function isTrustworthy(workspace: Workspace, block: number): Promise<boolean> {
  const plain = testGraph(2 * block);
  const blocked = blockChannels(plain, { block });
  if (!blocked) return false;
  const rng = random(0);
  const feeds = () =>
    Object.fromEntries(
      plain.inputs.map(({ name, shape }) => {
        const extents = (shape ?? []).map(Number);
        const size = extents.reduce((product, extent) => product * extent, 1);
        const own = rng.fork(name);
        return [
          name,
          floats(
            Float32Array.from({ length: size }, () => own.next() - 0.5),
            extents,
          ),
        ];
      }),
    );
  const [expected, got] = [await run(workspace, plain, feeds()), await run(workspace, blocked, feeds())];
  return expected.every((values, at) =>
    values.every((value, i) => Math.abs(value - (got[at]?.[i] ?? Number.NaN)) < 1e-4),
  );
}

async function run(
  workspace: Workspace,
  graph: Graph,
  feeds: Parameters<Awaited<ReturnType<Workspace["load"]>>["run"]>[0],
) {
  const session = await workspace.load(encodeForEngine(modelOf(graph)));
  try {
    const outputs = await session.run(feeds);
    return graph.outputs.map(({ name }) => float32Output(outputs, name));
  } finally {
    await session.release();
  }
}

/** A kernel's gradient with one image in all lanes, and a weight that is moved by a scaled tensor. */
function updated(g: GraphBuilder, channels: number): readonly Value[] {
  const picture = g.input("L", "float32", [1, channels, 16, 3]);
  const forward = g.Conv(picture, g.input("K", "float32", [channels, channels, 3, 3]), { pads: [1, 1, 1, 1] });
  const options = { nodes: g.nodes(), output: forward, wrt: ["K"], seed: g.input("dL", "float32", forward.shape) };
  const slope = backward(g, { ...options, block: channels / 2 }).get("K") ?? forward;
  const large = [256, 256];
  const [W, V, rate] = [g.input("W", "float32", large), g.input("V", "float32", large), g.input("rate", "float32", [])];
  return [g.named("slope", slope), g.named("moved", g.Sub(W, g.Mul(V, rate)))];
}

/** A picture of 7x6 through each form of convolution, with what they take in: bias, sum, activations. */
function testGraph(channels: number): Graph {
  const g = graphBuilder({ name: "blocks", prefix: "blocks." });
  const weight = (name: string, ...shape: readonly number[]) => g.input(name, "float32", shape);
  const pads = [1, 1, 1, 1];
  const stem = g.Relu(
    g.Conv(weight("X", 1, 3, 7, 6), weight("S", channels, 3, 3, 3), weight("Sb", channels), { pads }),
  );
  const full = g.Conv(stem, weight("F", channels, channels, 3, 3), weight("Fb", channels), { pads });
  const sum = g.Relu(g.Add(full, stem));
  const depthwise = g.Clip(
    g.Conv(sum, weight("D", channels, 1, 3, 3), weight("Db", channels), { pads, group: channels, strides: [2, 2] }),
    g.float(0),
    // Between the numbers that come out, so that both ends show.
    g.float(0.5),
  );
  const back = g.Conv(depthwise, g.Transpose(weight("P", channels, channels, 1, 1), { perm: [1, 0, 2, 3] }));
  const means = g.ReduceSum(back, g.ints([0, 2, 3]), { keepdims: 0 });
  const pooled = g.MaxPool(sum, { kernel_shape: [3, 3], strides: [2, 2], pads });
  return g.build([g.named("back", back), g.named("means", means), g.named("pooled", pooled), ...updated(g, channels)]);
}
