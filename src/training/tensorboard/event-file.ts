import { joined } from "../../base/joined.ts";
import type { Store } from "../../store/store.ts";
import { encodeEvent, type Summary } from "./event.ts";
import { record } from "./record.ts";

/** Events wait no longer than this for the disk: a crash loses as much. */
const longestWait = 1;

/** A file of events for TensorBoard, made with the first one and never written over. Only whole records reach the disk. */
export class EventFile {
  readonly #store: Store;
  readonly #folder: string;
  #path: string | undefined;
  #waiting: Uint8Array[] = [];
  #writtenAt = Number.NEGATIVE_INFINITY;

  /** @param folder what TensorBoard calls the run */
  constructor(store: Store, folder: string) {
    this.#store = store;
    this.#folder = folder;
  }

  /** @param wallTime seconds since 1970 */
  async add(
    summaries: readonly Summary[],
    at: { readonly step: number; readonly wallTime: number; readonly goesOn?: boolean },
  ): Promise<void> {
    const { wallTime } = at;
    if (this.#path === undefined) {
      this.#path = await freshPath(this.#store, this.#folder, wallTime);
      this.#waiting.push(record(encodeEvent({ wallTime, fileVersion: "brain.Event:2" })));
    }
    this.#waiting.push(record(encodeEvent({ ...at, summaries })));
    // A clock that was set back has waited for nobody knows how long.
    const waited = wallTime - this.#writtenAt;
    if (waited >= 0 && waited < longestWait) return;
    this.#writtenAt = wallTime;
    await this.flush();
  }

  /** Says that the run goes on at a step, in a file of its own: what older files have of later steps does not count. */
  async goOn({ step, wallTime }: { readonly step: number; readonly wallTime: number }): Promise<void> {
    await this.add([], { step, wallTime, goesOn: true });
  }

  /** @throws {HostError} "disk-full" · "write-failed" */
  async flush(): Promise<void> {
    if (this.#path === undefined || this.#waiting.length === 0) return;
    const records = this.#waiting;
    this.#waiting = [];
    await this.#store.append(this.#path, joined(Uint8Array, records));
  }
}

/** A name that TensorBoard looks for, which no file has: "events.out.tfevents.1764320000.regraft.0" */
async function freshPath(store: Store, folder: string, wallTime: number): Promise<string> {
  for (let number = 0; ; number++) {
    const path = store.join(folder, `events.out.tfevents.${Math.floor(wallTime)}.regraft.${number}`);
    if ((await store.kind(path)) === undefined) return path;
  }
}
