import { parentPort } from "node:worker_threads";
import * as ort from "onnxruntime-node";
import { arrayOf, type DType } from "../../base/dtype.ts";
import { sizeOf } from "../../base/shape.ts";
import type { Tensor } from "../../base/tensor.ts";
import type { Tensors } from "../runtime.ts";
import { barrier, barrierMessage, withBarrier } from "./barrier.ts";
import { outputShapes } from "./output-shapes.ts";
import { type Envelope, type Reply, type Request, transferable } from "./protocol.ts";

/**
 * The thread that onnxruntime runs in: `session.run` blocks its thread for the whole run, so it must not be the one
 * that reads pictures, draws progress and hears Ctrl-C.
 *
 * A state tensor has two buffers used in turn, a run reads one and writes the other, then they change places; or, where
 * the caller knows that nothing in the graph still reads the old value, one buffer for both.
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
  /** Of the outputs whose shapes are numbers. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Of the states, those that need no second buffer. */
  readonly inPlace: ReadonlySet<string>;
  readonly fetched: readonly Fetched[];
  /** What a run says that wrote all its outputs into memory that was brought; undefined: outputs are copied. */
  readonly done: string | undefined;
}

interface Fetched {
  readonly name: string;
  /** undefined where the model does not tell its shape, which may differ from run to run. */
  readonly kind: { readonly dtype: DType; readonly shape: readonly number[] } | undefined;
}

const sessions = new Map<number, LoadedSession>();
const state = new Map<string, StateTensor>();

const handlers: { readonly [K in Request["kind"]]: (request: Extract<Request, { kind: K }>) => Promise<Tensors> } = {
  async load({ session, model, threads, state: read, updates, inPlace, profile }) {
    // onnxruntime copies what it needs: the weights may go, or change, once the session is made.
    const done = Object.keys(updates).length > 0 ? await whatBarrierSays() : undefined;
    const loaded = await ort.InferenceSession.create(done === undefined ? model.bytes : withBarrier(model.bytes), {
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
    const shapes = outputShapes(model.bytes);
    const fetched = loaded.outputMetadata
      .filter(({ name }) => name !== barrier && !Object.hasOwn(updates, name))
      .map((output) => fetchedOf(output, shapes.get(output.name)));
    const known = fetched.every(({ kind }) => kind);
    const how = { state: read, updates, shapes, inPlace: new Set(inPlace), fetched, done: known ? done : undefined };
    sessions.set(session, { session: loaded, ...how });
    return {};
  },

  async run({ session: id, feeds }) {
    const loaded = sessionOf(id);
    const inputs = Object.entries(feeds).map(([name, value]) => [name, toOrt(value)] as const);
    const held = loaded.state.map((name) => [name, stateOf(name).current] as const);
    const target = (name: string) => (loaded.inPlace.has(name) ? stateOf(name).current : spare(stateOf(name)));
    const written = Object.entries(loaded.updates).map(([output, name]) => {
      return [output, shapedAs(target(name), loaded.shapes.get(output))] as const;
    });
    const outputs = await outputsOf(loaded, Object.fromEntries([...inputs, ...held]), Object.fromEntries(written));
    for (const name of Object.values(loaded.updates)) if (!loaded.inPlace.has(name)) swap(stateOf(name));
    return Object.fromEntries(loaded.fetched.map(({ name }) => [name, fromOrt(outputs[name])]));
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
    const taken = new Set<ArrayBufferLike>();
    for (const [name, value] of Object.entries(tensors))
      state.set(name, { current: toOrt(owned(value, taken)), next: undefined });
    return {};
  },

  async "get-state"({ names }) {
    return Object.fromEntries([...(names ?? state.keys())].map((name) => [name, copied(stateOf(name).current)]));
  },
};

type Values = Readonly<Record<string, ort.Tensor>>;

/** Runs a session, its updates into the memory given. */
async function outputsOf({ session, fetched, done }: LoadedSession, feeds: Values, updates: Values): Promise<Values> {
  if (done === undefined) {
    return session.run(feeds, { ...updates, ...Object.fromEntries(fetched.map(({ name }) => [name, null])) });
  }
  const brought = Object.fromEntries(fetched.flatMap(({ name, kind }) => (kind ? [[name, emptyOf(kind)]] : [])));
  try {
    await session.run(feeds, { [barrier]: null, ...updates, ...brought });
  } catch (error) {
    if (error instanceof Error && error.message === done) return brought;
    throw error;
  }
  throw new Error("the engine passed over the barrier");
}

let barrierSays: Promise<string | undefined> | undefined;

function whatBarrierSays(): Promise<string | undefined> {
  barrierSays ??= barrierMessage();
  return barrierSays;
}

function fetchedOf(value: ort.InferenceSession.ValueMetadata, shape: readonly number[] | undefined): Fetched {
  const kind = value.isTensor && shape ? { dtype: value.type as DType, shape } : undefined;
  return { name: value.name, kind };
}

const emptyOf = ({ dtype, shape }: NonNullable<Fetched["kind"]>): ort.Tensor =>
  toOrt({ dtype, shape, data: new arrayOf[dtype](sizeOf(shape)) } as Tensor);

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

/** The same memory in another shape, where it has one. */
const shapedAs = (tensor: ort.Tensor, shape: readonly number[] = tensor.dims): ort.Tensor =>
  shape.join() === tensor.dims.join() ? tensor : new ort.Tensor("float32", tensor.data as Float32Array, shape);

function swap(slot: StateTensor): void {
  const { current, next } = slot;
  if (next) slot.current = next;
  slot.next = current;
}

/** onnxruntime's names of dtypes are ours. */
const toOrt = ({ dtype, shape, data }: Tensor): ort.Tensor =>
  new ort.Tensor(dtype as "float32", data as Float32Array, shape);

/**
 * State is written to: memory that the caller's thread sees as well is copied, and memory that another state tensor lies
 * in too, for weights that are equal may be one array. Part of a larger buffer is copied to let go of the rest.
 */
function owned(value: Tensor, taken: Set<ArrayBufferLike>): Tensor {
  const { buffer, byteLength } = value.data;
  const isOwn = !(buffer instanceof SharedArrayBuffer) && byteLength === buffer.byteLength && !taken.has(buffer);
  taken.add(buffer);
  return isOwn ? value : { ...value, data: value.data.slice() };
}

function fromOrt(value: ort.Tensor | undefined): Tensor {
  if (!value) throw new Error("onnxruntime left an output out");
  return { dtype: value.type as DType, shape: value.dims, data: value.data as Float32Array };
}

/** The numbers in memory of their own, which can be given away. */
function copied(value: ort.Tensor): Tensor {
  const tensor = fromOrt(value);
  return { ...tensor, data: tensor.data.slice() } as Tensor;
}

async function answer({ id, request }: Envelope): Promise<Reply> {
  try {
    const handle = handlers[request.kind] as (request: Request) => Promise<Tensors>;
    return { id, tensors: await handle(request) };
  } catch (error) {
    return { id, failure: error instanceof Error ? error : new Error(String(error)) };
  }
}

let turn: Promise<void> = Promise.resolve();
parentPort?.on("message", (envelope: Envelope) => {
  turn = turn.then(async () => {
    const reply = await answer(envelope);
    const given = "tensors" in reply ? Object.values(reply.tensors).map(({ data }) => data) : [];
    parentPort?.postMessage(reply, transferable(given));
  });
});
