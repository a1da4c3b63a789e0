import { RegraftError, UsageError } from "../base/errors.ts";
import { checkNumber, refuseUnknown } from "../base/options.ts";
import type { Store } from "../store/store.ts";
import { classNamed } from "./class-named.ts";
import { type Explainer, type ExplainerOptions, type Explanation, openExplainer } from "./explain.ts";
import type { Host } from "./host.ts";
import { readPicture } from "./pictures.ts";

export interface ExplainRunOptions extends ExplainerOptions {
  /** Run folder, model folder or .onnx file. */
  readonly run: string;
  /** Files of pictures. */
  readonly images: readonly string[];
  /** A .png or .jpg for one picture; else a folder, which gets a PNG for each. */
  readonly out?: string;
  /** The class to explain, by name or number; each picture's predicted one by default. */
  readonly class?: string | number;
  /** Pixels of an overlay's longer side at most, from 16. */
  readonly size?: number;
}

export type ExplainedImage =
  | ({ readonly image: string; readonly overlay: string } & Explanation)
  | { readonly image: string; readonly error: RegraftError };

/** A story of explaining: first what is looked at, then each picture. */
export interface ExplainedRun {
  /** The node whose map is shown, and why that one. */
  readonly layer: { readonly node: string; readonly reason: string };
  /** In the order given; one that cannot be read takes its place with an error. */
  readonly images: AsyncIterable<ExplainedImage>;
  close(): Promise<void>;
}

/**
 * Shows where in pictures a model sees what: writes each picture with a heat map laid over it.
 *
 * @throws {UsageError} "bad-option" for an unknown class, or overlays that would take a picture's place · what
 *   `openExplainer` throws
 */
export async function explainRun(
  { run, images, out = "explained", class: wanted, size = 1024, ...rest }: ExplainRunOptions,
  host: Host,
): Promise<ExplainedRun> {
  const { at, threads, preprocessing, ...unknown } = rest;
  refuseUnknown("explainRun", unknown);
  checkNumber("size", size, { min: 16, integer: true });
  const overlays = await overlayFiles(images, out, host.store);
  const explainer = await openExplainer(run, { at, threads, preprocessing }, host);
  try {
    if (wanted !== undefined) classNamed(explainer.labels, wanted);
  } catch (error) {
    await explainer.close();
    throw error;
  }
  const { node, reason } = explainer.map;
  const work = { explainer, host, size, class: wanted };
  return { layer: { node, reason }, images: explainEach(overlays, work), close: () => explainer.close() };
}

/** A picture and the file that its overlay goes to. */
interface Pair {
  readonly image: string;
  readonly overlay: string;
}

interface Work {
  readonly explainer: Explainer;
  readonly host: Host;
  readonly size: number;
  readonly class: string | number | undefined;
}

async function* explainEach(pairs: readonly Pair[], work: Work): AsyncIterable<ExplainedImage> {
  for (const pair of pairs) yield await explainOne(pair, work);
}

async function explainOne(
  { image: path, overlay }: Pair,
  { explainer, host, size, class: wanted }: Work,
): Promise<ExplainedImage> {
  const image = await readPicture(path, host).catch((error: unknown) => {
    if (error instanceof RegraftError) return error;
    throw error;
  });
  if (image instanceof RegraftError) return { image: path, error: image };
  const found = await explainer.explain(image, { class: wanted });
  const format = jpeg.test(overlay) ? "jpeg" : "png";
  await host.store.write(overlay, await explainer.overlay(image, found, { longSide: size, format, quality: 90 }));
  return { image: path, overlay, ...found };
}

const jpeg = /\.jpe?g$/i;
const picture = /\.(png|jpe?g)$/i;

/**
 * Where each overlay goes; of pictures with the same name the later ones get a number.
 *
 * @throws {UsageError} "bad-option" where one would be written over a picture that is explained, or `out` is one file for
 *   several pictures
 */
async function overlayFiles(images: readonly string[], out: string, store: Store): Promise<readonly Pair[]> {
  const isFile = picture.test(out) && (await store.kind(out)) !== "folder";
  if (isFile && images.length > 1) {
    throw new UsageError("bad-option", `${out} is one file, and there are ${images.length} pictures.`, {
      hint: "Name a folder for their overlays.",
    });
  }
  const taken = new Set<string>();
  const pairs = images.map((image) => ({ image, overlay: isFile ? out : store.join(out, fresh(image, store, taken)) }));
  const sources = new Set(await Promise.all(images.map((image) => truePath(image, store))));
  for (const { overlay } of pairs) {
    if (!sources.has(await truePath(overlay, store))) continue;
    throw new UsageError("bad-option", `The overlay would be written over the picture ${overlay}.`, {
      hint: "Name another --out.",
    });
  }
  return pairs;
}

function fresh(image: string, store: Store, taken: Set<string>): string {
  const stem = store.baseName(image).replace(/\.[^.]+$/, "");
  for (let count = 1; ; count++) {
    const name = `${stem}${count === 1 ? "" : `-${count}`}.png`;
    if (taken.has(name.toLowerCase())) continue;
    taken.add(name.toLowerCase());
    return name;
  }
}

/** What a file's one name is; where there is none yet, the name as it is given. */
const truePath = async (path: string, store: Store): Promise<string> =>
  (await store.kind(path)) === undefined ? path : store.realPath(path);
