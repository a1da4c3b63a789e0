import { RegraftError } from "../../src/base/errors.ts";
import { utf8 } from "../../src/base/utf8.ts";
import type { Preprocessing } from "../../src/image/preprocessing.ts";
import { preprocessingPresets } from "../../src/image/presets.ts";
import { pictureSize } from "../../src/models/image-input.ts";
import { type LoadedModel, readModelFolder } from "../../src/models/model-folder.ts";
import { encodeModel } from "../../src/onnx/encode.ts";
import { modelOf } from "../../src/onnx/model.ts";
import { runReport } from "../../src/report/run-folder-report.ts";
import { renderRunReport } from "../../src/report/run-report.ts";
import { memoryStore } from "../../src/store/memory-store.ts";
import type { Store } from "../../src/store/store.ts";
import { type Base, baseOf, loadBase } from "../../src/tasks/base-model.ts";
import type { Host } from "../../src/tasks/host.ts";
import { inspectLoaded } from "../../src/tasks/inspect.ts";
import { loadAdapter } from "../../src/tasks/load-adapter.ts";
import { testHost } from "../fixtures/host.ts";
import { writeTinyModel } from "../fixtures/tiny-model.ts";
import type { Files, Subject } from "./subject.ts";

/** How an attempt to read a model ended. */
export type Outcome =
  | { readonly kind: "read" }
  | { readonly kind: "refused"; readonly code: string; readonly message: string }
  /** What no file may lead to: an error that is not ours, or one of ours that does not say what to do. */
  | { readonly kind: "fault"; readonly message: string };

/** As on a small machine: a few bytes must not ask for gigabytes. */
const freeBytes = 2 ** 27;

/** Reads strangers' files, over and over. */
export class Reader {
  readonly #host: Host;
  readonly #base: Base;

  private constructor(host: Host, base: Base) {
    this.#host = host;
    this.#base = base;
  }

  /** @param options.tryHdf5 for files of which some may have no end: it takes a thread for each */
  static async open({ tryHdf5 }: Pick<Host, "tryHdf5"> = {}): Promise<Reader> {
    const machine = testHost();
    const host: Host = {
      ...machine,
      tryHdf5,
      memory: { ...machine.memory, free: () => freeBytes },
    };
    await writeTinyModel(host.store, "/tiny");
    return new Reader(host, await loadBase("/tiny", {}, host));
  }

  /** Reads the files as what they are of. Nothing is thrown. */
  async attempt(files: Files, { kind, opens }: Pick<Subject, "kind" | "opens">): Promise<Outcome> {
    const store = memoryStore();
    const before = prototypes();
    try {
      for (const [path, bytes] of Object.entries(files)) await store.write(`/strange/${path}`, bytes);
      await this.#ways[kind](store, store.join("/strange", opens));
      return polluted(before) ?? { kind: "read" };
    } catch (error) {
      return polluted(before) ?? outcomeOf(error);
    }
  }

  readonly #ways: { readonly [K in Subject["kind"]]: (store: Store, path: string) => Promise<void> } = {
    model: async (store, path) => {
      const host = { ...this.#host, store };
      const loaded = await readModelFolder(path, { store, tryHdf5: host.tryHdf5 });
      await inspectLoaded(loaded, { model: path }, host);
      await baseOf(path, loaded, { preprocessing: loaded.preprocessing ?? atItsSize(loaded) }, host);
      // What was taken is written and read again, as a run does with it.
      await store.write("/again/model.onnx", encodeModel(modelOf(loaded.model.graph)));
      await inspectLoaded(await readModelFolder("/again", { store }), { model: "/again" }, host);
    },
    adapter: async (store, path) => {
      const model = await loadAdapter(this.#base, path, { seed: 1 }, { ...this.#host, store });
      await model.close();
    },
    run: async (store) => {
      const [about, history] = await Promise.all(
        ["run.json", "history.jsonl"].map(async (name) => utf8.decode(await store.read(`/strange/${name}`), lenient)),
      );
      await renderRunReport(runReport({ about: about ?? "", history: history ?? "" }));
    },
  };
}

const lenient = { fatal: false } as const;

/** For a model that does not say how its pictures are prepared. */
const atItsSize = ({ model }: LoadedModel): Preprocessing => ({
  ...preprocessingPresets.bytes,
  resize: { kind: "exact", ...pictureSize(model.graph) },
  crop: undefined,
});

function outcomeOf(error: unknown): Outcome {
  if (!(error instanceof RegraftError)) {
    return { kind: "fault", message: error instanceof Error ? `${error.stack}` : String(error) };
  }
  const { code, message, hint } = error;
  if (hint === undefined) return { kind: "fault", message: `no hint: ${code}: ${message}\n${error.stack}` };
  return { kind: "refused", code, message };
}

/** What everything inherits: a file must not add to it. */
const prototypes = () =>
  [Object.prototype, Array.prototype, Function.prototype, String.prototype].map((one) => Reflect.ownKeys(one).length);

function polluted(before: readonly number[]): Outcome | undefined {
  const isSame = prototypes().every((count, at) => count === before[at]);
  return isSame ? undefined : { kind: "fault", message: "a prototype has other properties than before" };
}
