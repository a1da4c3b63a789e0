/** Sizes are rounded up to a multiple of this. */
const grainBytes = 256;
const firstRegionBytes = 2 ** 20;
const largestDoubledBytes = 2 ** 30;
/** A free chunk that is larger than what is asked for is handed out whole, unless this much would be left idle. */
const mostIdleBytes = 2 ** 27;

/** Memory that the engine has from the operating system in one piece. */
interface Region {
  readonly sizeBytes: number;
  /** What of it has ever been handed out, from its start: pages beyond were never touched, and so are not resident. */
  touchedBytes: number;
}

/** A piece of a region, in use or free. */
export interface Chunk {
  readonly region: Region;
  readonly start: number;
  sizeBytes: number;
  isFree: boolean;
  before: Chunk | undefined;
  behind: Chunk | undefined;
}

/**
 * The arena that each session of onnxruntime takes its tensors from, as a calculation: best fit, regions that double in size, and
 * nothing given back before the session ends. What it loses between its pieces is part of what a step takes.
 *
 * @see onnxruntime's BFCArena, with its defaults (kNextPowerOfTwo)
 */
export class Arena {
  readonly #regions: Region[] = [];
  readonly #free = new Set<Chunk>();
  #nextRegionBytes = firstRegionBytes;

  /** Bytes in use at some time: what is resident. */
  get touchedBytes(): number {
    return this.#regions.reduce((sum, { touchedBytes }) => sum + touchedBytes, 0);
  }

  /** Bytes had from the operating system: address space. */
  get reservedBytes(): number {
    return this.#regions.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  take(sizeBytes: number): Chunk {
    const wanted = Math.max(grainBytes, Math.ceil(sizeBytes / grainBytes) * grainBytes);
    const chunk = this.#bestFit(wanted) ?? this.#extend(wanted);
    this.#free.delete(chunk);
    chunk.isFree = false;
    if (chunk.sizeBytes >= 2 * wanted || chunk.sizeBytes - wanted >= mostIdleBytes) this.#split(chunk, wanted);
    const { region, start } = chunk;
    region.touchedBytes = Math.max(region.touchedBytes, start + sizeBytes);
    return chunk;
  }

  /** Frees a chunk, and joins it with its free neighbours. */
  give(chunk: Chunk): void {
    const { before, behind } = chunk;
    chunk.isFree = true;
    if (behind?.isFree) this.#join(chunk, behind);
    if (before?.isFree) this.#join(before, chunk);
    this.#free.add(before?.isFree ? before : chunk);
  }

  /** The smallest that is large enough. */
  #bestFit(wanted: number): Chunk | undefined {
    let best: Chunk | undefined;
    for (const chunk of this.#free) {
      if (chunk.sizeBytes >= wanted && (best === undefined || chunk.sizeBytes < best.sizeBytes)) best = chunk;
    }
    return best;
  }

  #extend(wanted: number): Chunk {
    const isLarger = wanted > this.#nextRegionBytes;
    while (wanted > this.#nextRegionBytes) this.#nextRegionBytes *= 2;
    const region: Region = { sizeBytes: this.#nextRegionBytes, touchedBytes: 0 };
    if (!isLarger) this.#nextRegionBytes = Math.min(2 * this.#nextRegionBytes, largestDoubledBytes);
    this.#regions.push(region);
    return { region, start: 0, sizeBytes: region.sizeBytes, isFree: true, before: undefined, behind: undefined };
  }

  #split(chunk: Chunk, wanted: number): void {
    const { region, start, behind } = chunk;
    const sizeBytes = chunk.sizeBytes - wanted;
    const rest: Chunk = { region, start: start + wanted, sizeBytes, isFree: true, before: chunk, behind };
    if (behind) behind.before = rest;
    chunk.behind = rest;
    chunk.sizeBytes = wanted;
    this.#free.add(rest);
  }

  #join(first: Chunk, second: Chunk): void {
    this.#free.delete(second);
    first.sizeBytes += second.sizeBytes;
    first.behind = second.behind;
    if (second.behind) second.behind.before = first;
  }
}
