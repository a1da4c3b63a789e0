import { refuseUnknown } from "../base/options.ts";
import { bytesOf } from "../base/tensor.ts";
import { type ExternalPlace, encodeModel, MOST_BYTES, messageOf } from "./encode.ts";
import type { Model } from "./graph.ts";

/** A model that may be too large for one protobuf message: its large weights then stand beside it. */
export interface ModelParts {
  readonly bytes: Uint8Array;
  /** Each weight at a location of its own; none where the message holds everything. */
  readonly external: readonly { readonly location: string; readonly bytes: Uint8Array }[];
}

/** A model as files. */
export interface ModelFiles {
  readonly bytes: Uint8Array;
  /** What `dataFile` holds, in pieces; undefined where the model needs no such file. */
  readonly data: readonly Uint8Array[] | undefined;
}

interface SizeOptions {
  /** Bytes from which on the large weights leave the message: protobuf's 2 GiB by default. */
  readonly mostBytes?: number | undefined;
}

/** Smaller weights stay in the message: engines read shapes and axes there. onnx.save_model's size_threshold. */
const SMALLEST_EXTERNAL = 1024;

/**
 * For an engine that takes bytes. Weights that stand beside the message are views, not copies.
 *
 * @throws {ModelError} "unsupported-model" where 2 GiB are not enough for what has to be in the message
 */
export function encodeForEngine(model: Model, { mostBytes = MOST_BYTES, ...rest }: SizeOptions = {}): ModelParts {
  refuseUnknown("encodeForEngine", rest);
  const large = messageOf(model).sizeBytes > mostBytes ? largeWeights(model) : [];
  const external = large.map(({ name, bytes }, at) => ({ name, location: String(at), bytes }));
  const places = new Map(external.map(({ name, location }) => [name, { location, offset: 0 }]));
  return { bytes: encodeModel(model, places), external: external.map(({ location, bytes }) => ({ location, bytes })) };
}

/**
 * For a disk: one file, or the message and one file of weights beside it.
 *
 * @param options.dataFile name of the file of weights, as the message tells it
 * @throws {ModelError} "unsupported-model" where 2 GiB are not enough for what has to be in the message
 */
export function encodeForDisk(
  model: Model,
  { dataFile, mostBytes = MOST_BYTES, ...rest }: SizeOptions & { readonly dataFile: string },
): ModelFiles {
  refuseUnknown("encodeForDisk", rest);
  if (messageOf(model).sizeBytes <= mostBytes) return { bytes: encodeModel(model), data: undefined };
  const places = new Map<string, ExternalPlace>();
  const data: Uint8Array[] = [];
  let end = 0;
  for (const { name, bytes } of largeWeights(model)) {
    const offset = aligned(end, bytes.length);
    places.set(name, { location: dataFile, offset });
    data.push(new Uint8Array(offset - end), bytes);
    end = offset + bytes.length;
  }
  return { bytes: encodeModel(model, places), data };
}

const largeWeights = ({ graph }: Model): readonly { readonly name: string; readonly bytes: Uint8Array }[] =>
  [...graph.initializers]
    .map(([name, value]) => ({ name, bytes: bytesOf(value) }))
    .filter(({ bytes }) => bytes.length >= SMALLEST_EXTERNAL);

/** So that a reader can map the file: weights above 1 MiB start at a multiple of Windows' 64 KiB, others at a page. */
function aligned(offset: number, sizeBytes: number): number {
  const step = sizeBytes > 2 ** 20 ? 2 ** 16 : 2 ** 12;
  return Math.ceil(offset / step) * step;
}
