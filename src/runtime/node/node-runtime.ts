import { once } from "node:events";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { checkNumber } from "../../base/options.ts";
import type { Tensor } from "../../base/tensor.ts";
import type {
  ModelParts,
  RunTimes,
  Runtime,
  Session,
  SessionOptions,
  Tensors,
  Workspace,
  WorkspaceOptions,
} from "../runtime.ts";
import { barrier } from "./barrier.ts";
import { closed, deathOf, failureOf } from "./engine-errors.ts";
import { openEngines } from "./open-engines.ts";
import { ProfileFolder } from "./profile-folder.ts";
import { type Envelope, type Reply, type Request, transferable } from "./protocol.ts";

/** Where the system gives it no more threads, onnxruntime ends the process: no error tells of it. */
const mostThreads = 1024;

/** onnxruntime-node, in one worker thread per workspace. */
export const nodeRuntime: Runtime = {
  name: "onnxruntime-node",
  open: async ({ threads }: WorkspaceOptions): Promise<Workspace> => {
    checkNumber("threads", threads, { min: 1, max: mostThreads, integer: true });
    return new NodeWorkspace(threads);
  },
};

/** The worker stands beside this file, as compiled JavaScript or as TypeScript, whichever this file is. */
const workerFile = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);

const copied = (value: Tensor): Tensor => ({ ...value, data: value.data.slice() }) as Tensor;

interface Waiting {
  readonly resolve: (tensors: Tensors) => void;
  readonly reject: (error: Error) => void;
}

class NodeWorkspace implements Workspace {
  readonly #threads: number;
  readonly #worker = new Worker(workerFile);
  readonly #waiting = new Map<number, Waiting>();
  readonly #profiles: ProfileFolder[] = [];
  #requests = 0;
  #sessions = 0;
  /** Why nothing is answered any more. */
  #over: Error | undefined;
  #isResting = false;

  constructor(threads: number) {
    this.#threads = threads;
    this.#worker.on("message", (reply: Reply) => this.#settle(reply));
    this.#worker.on("error", (cause: unknown) => this.#end(deathOf(cause)));
    this.#worker.on("exit", () => this.#end(closed()));
    openEngines.add(this);
    // A program that forgets `close` still ends: the thread holds it only while an answer is due.
    this.#worker.unref();
  }

  async load(
    model: Uint8Array | ModelParts,
    { state = [], updates = {}, inPlace = [], profile = false }: SessionOptions = {},
  ): Promise<Session> {
    this.#sessions++;
    const session = this.#sessions;
    const parts = model instanceof Uint8Array ? { bytes: model, external: [] } : model;
    const folder = profile ? this.#profileFolder() : undefined;
    const how = { threads: this.#threads, state, updates, inPlace, profile: folder?.prefix };
    // Of a large model a copy more for the way to the thread would be felt.
    const given = model instanceof Uint8Array ? [] : transferable([model.bytes]);
    await this.#ask({ kind: "load", session, model: parts, ...how }, given);
    return {
      run: (feeds) =>
        this.#ask({ kind: "run", session, feeds }, transferable(Object.values(feeds).map(({ data }) => data))),
      ...(folder ? { profile: () => this.#profile(session, folder) } : {}),
      release: async () => {
        await this.#ask({ kind: "release", session });
        folder?.remove();
      },
    };
  }

  async setState(tensors: Tensors): Promise<void> {
    // A message that holds the numbers would have them once more on the way; a copy that is given away does not.
    const copies = Object.entries(tensors).map(([name, value]) => [name, copied(value)] as const);
    const given = transferable(copies.map(([, { data }]) => data));
    await this.#ask({ kind: "set-state", tensors: Object.fromEntries(copies) }, given);
  }

  getState(names?: readonly string[]): Promise<Tensors> {
    return this.#ask({ kind: "get-state", names });
  }

  async close(): Promise<void> {
    this.#over ??= closed();
    await this.#worker.terminate();
    for (const folder of this.#profiles) folder.remove();
  }

  /** The answers that are due are waited for, and told to nobody: whoever asked is not to go on. */
  async rest(): Promise<void> {
    this.#over ??= closed();
    this.#isResting = true;
    const gone = new Promise((resolve) => this.#worker.once("exit", resolve));
    while (this.#waiting.size > 0) await Promise.race([once(this.#worker, "message"), gone]);
  }

  #profileFolder(): ProfileFolder {
    const folder = new ProfileFolder();
    this.#profiles.push(folder);
    return folder;
  }

  async #profile(session: number, folder: ProfileFolder): Promise<readonly RunTimes[]> {
    await this.#ask({ kind: "end-profile", session });
    const runs = folder.take();
    return runs.map((run) => ({ ...run, nodes: run.nodes.filter(({ name }) => name !== barrier) }));
  }

  #ask(request: Request, transfer: readonly ArrayBuffer[] = []): Promise<Tensors> {
    if (this.#over) return Promise.reject(this.#over);
    this.#requests++;
    const id = this.#requests;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      const envelope: Envelope = { id, request };
      try {
        this.#worker.postMessage(envelope, transfer);
      } catch (cause) {
        this.#settle({ id, failure: cause instanceof Error ? cause : new Error(String(cause)) });
      }
    });
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (!waiting || this.#isResting) return;
    if ("failure" in reply) waiting.reject(failureOf(reply.failure));
    else waiting.resolve(reply.tensors);
  }

  #end(error: Error): void {
    this.#over ??= error;
    openEngines.delete(this);
    for (const { reject } of this.#waiting.values()) reject(this.#over);
    this.#waiting.clear();
  }
}
