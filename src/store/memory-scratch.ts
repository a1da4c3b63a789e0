import { pastEnd } from "./past-end.ts";
import type { Scratch } from "./store.ts";

export class MemoryScratch implements Scratch {
  #pieces: { readonly start: number; readonly bytes: Uint8Array }[] = [];
  #end = 0;

  async append(bytes: Uint8Array): Promise<number> {
    const start = this.#end;
    this.#pieces.push({ start, bytes: bytes.slice() });
    this.#end += bytes.length;
    return start;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    if (offset + into.length > this.#end) {
      throw pastEnd("The scratch", this.#end, { offset, length: into.length });
    }
    for (const { start, bytes } of this.#pieces) {
      const [from, to] = [Math.max(start, offset), Math.min(start + bytes.length, offset + into.length)];
      if (from < to) into.set(bytes.subarray(from - start, to - start), from - offset);
    }
  }

  async close(): Promise<void> {
    this.#pieces = [];
    this.#end = 0;
  }
}
