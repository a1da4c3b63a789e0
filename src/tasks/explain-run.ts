import { RegraftError } from "../base/errors.ts";
import { checkNumber, refuseUnknown } from "../base/options.ts";
import { classNamed } from "./class-named.ts";
import { type Explainer, type ExplainerOptions, type Explanation, openExplainer } from "./explain.ts";
import type { Host } from "./host.ts";
import { isJpeg, type OverlayFile, overlayFiles } from "./overlay-files.ts";
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

interface Work {
  readonly explainer: Explainer;
  readonly host: Host;
  readonly size: number;
  readonly class: string | number | undefined;
}

async function* explainEach(files: readonly OverlayFile[], work: Work): AsyncIterable<ExplainedImage> {
  for (const file of files) yield await explainOne(file, work);
}

async function explainOne(
  { image: path, overlay }: OverlayFile,
  { explainer, host, size, class: wanted }: Work,
): Promise<ExplainedImage> {
  const image = await readPicture(path, host).catch((error: unknown) => {
    if (error instanceof RegraftError) return error;
    throw error;
  });
  if (image instanceof RegraftError) return { image: path, error: image };
  const found = await explainer.explain(image, { class: wanted });
  const format = isJpeg(overlay) ? "jpeg" : "png";
  await host.store.write(overlay, await explainer.overlay(image, found, { longSide: size, format, quality: 90 }));
  return { image: path, overlay, ...found };
}
