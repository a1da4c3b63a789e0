import { parentPort } from "node:worker_threads";
import * as ort from "onnxruntime-node";
import type { DType } from "../../base/dtype.ts";
import type { Tensor } from "../../base/tensor.ts";
import type { Tensors } from "../runtime.ts";
import type { Envelope, Reply, Request } from "./protocol.ts";

/**
 * The thread that onnxruntime runs in: `session.run` blocks its thread for the whole run, so it must not be the one
 * that reads pictures, draws progress and hears Ctrl-C.
 *
 * Each state tensor has two buffers used in turn: a run reads one and writes the other, then they change places. One
 * buffer for both is only safe where nothing in the graph still reads the old value, which a caller cannot know.
 */
interface StateTensor {
  current: ort.Tensor;
  next: ort.Tensor | undefined;
}

interface LoadedSession {
  readonly session: ort.InferenceSession;
  readonly state: readonly string[];
  /** Output name to state name. */
  readonly updates: Readonly<Record<string, string>>;
  readonly fetched: readonly string[];
}

const sessions = new Map<number, LoadedSession>();
const state = new Map<string, StateTensor>();

const handlers: { readonly [K in Request["kind"]]: (request: Extract<Request, { kind: K }>) => Promise<Tensors> } = {
  async load({ session, model, threads, state: read, updates, profile }) {
    // onnxruntime copies what it needs: the weights may go, or change, once the session is made.
    const loaded = await ort.InferenceSession.create(model.bytes, {
      externalData: model.external.map(({ location, bytes }) => ({ path: location, data: bytes })),
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: "all",
      // With the pattern the engine takes all activations once more, in one block; steps are no faster for it.
      enableMemPattern: false,
      ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
      // What fails comes as an error; the engine would print it to the terminal as well.
      logSeverityLevel: 4,
      // Vanishing activations and moments become denormal numbers, which slow a step down several times.
      extra: { session: { set_denormal_as_zero: "1" } },
    });
    const fetched = loaded.outputNames.filter((name) => !Object.hasOwn(updates, name));
    sessions.set(session, { session: loaded, state: read, updates, fetched });
    return {};
  },

  async run({ session: id, feeds }) {
    const { session, state: read, updates, fetched } = sessionOf(id);
    const inputs = Object.entries(feeds).map(([name, value]) => [name, toOrt(value)] as const);
    const held = read.map((name) => [name, stateOf(name).current] as const);
    const written = Object.entries(updates).map(([output, name]) => [output, spare(stateOf(name))] as const);
    const outputs = await session.run(
      Object.fromEntries([...inputs, ...held]),
      Object.fromEntries([...written, ...fetched.map((name) => [name, null] as const)]),
    );
    for (const name of Object.values(updates)) swap(stateOf(name));
    return Object.fromEntries(fetched.map((name) => [name, fromOrt(outputs[name])]));
  },

  async "end-profile"({ session: id }) {
    sessionOf(id).session.endProfiling();
    return {};
  },

  async release({ session: id }) {
    await sessionOf(id).session.release();
    sessions.delete(id);
    return {};
  },

  async "set-state"({ tensors }) {
    for (const [name, value] of Object.entries(tensors))
      state.set(name, { current: toOrt(owned(value)), next: undefined });
    return {};
  },

  async "get-state"({ names }) {
    return Object.fromEntries([...(names ?? state.keys())].map((name) => [name, fromOrt(stateOf(name).current)]));
  },
};

function sessionOf(id: number): LoadedSession {
  const found = sessions.get(id);
  if (!found) throw new Error("the session was released");
  return found;
}

function stateOf(name: string): StateTensor {
  const found = state.get(name);
  if (!found) throw new Error(`there is no state tensor "${name}"`);
  return found;
}

function spare(slot: StateTensor): ort.Tensor {
  slot.next ??= new ort.Tensor("float32", new Float32Array(slot.current.size), slot.current.dims);
  return slot.next;
}

function swap(slot: StateTensor): void {
  const { current, next } = slot;
  if (next) slot.current = next;
  slot.next = current;
}

/** onnxruntime's names of dtypes are ours. */
const toOrt = ({ dtype, shape, data }: Tensor): ort.Tensor =>
  new ort.Tensor(dtype as "float32", data as Float32Array, shape);

/** State is written to: memory that the caller's thread sees as well is copied. */
const owned = (value: Tensor): Tensor =>
  value.data.buffer instanceof SharedArrayBuffer ? { ...value, data: value.data.slice() } : value;

function fromOrt(value: ort.Tensor | undefined): Tensor {
  if (!value) throw new Error("onnxruntime left an output out");
  return { dtype: value.type as DType, shape: value.dims, data: value.data as Float32Array };
}

async function answer({ id, request }: Envelope): Promise<Reply> {
  try {
    const handle = handlers[request.kind] as (request: Request) => Promise<Tensors>;
    return { id, tensors: await handle(request) };
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : String(error) };
  }
}

let turn: Promise<void> = Promise.resolve();
parentPort?.on("message", (envelope: Envelope) => {
  turn = turn.then(async () => parentPort?.postMessage(await answer(envelope)));
});
