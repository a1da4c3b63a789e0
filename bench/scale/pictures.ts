import { linkSync, mkdirSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { TrainingError } from "../../src/base/errors.ts";
import { writeSample } from "../../src/data/sample/write-sample.ts";
import { nodeHost } from "../../src/hosts/node.ts";

/** A temporary folder of drawn pictures. */
export interface Place {
  readonly folder: string;
  /** A labelled folder of so many pictures: hard links of a few hundred that were drawn. */
  readonly linked: (images: number) => Promise<string>;
  /** A labelled folder of the drawn pictures as JPEGs of the size that photos have in data sets. */
  readonly photos: () => Promise<string>;
  readonly close: () => Promise<void>;
}

/** Distinct pictures of each of the five classes. */
const drawnPerClass = 60;

/** What PNGs of drawings have, made into what photos of data sets have. */
const photoSize = { width: 500, height: 375 } as const;

/** @throws {TrainingError} "interrupted" */
export async function openPlace(signal: AbortSignal): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "regraft-scale-"));
  const close = () => rm(folder, { recursive: true, force: true });
  let drawn: Promise<string> | undefined;
  const drawing = async () => {
    refuseStopped(signal);
    drawn ??= draw(join(folder, "drawn"));
    const made = await drawn;
    refuseStopped(signal);
    return made;
  };
  return {
    folder,
    linked: async (images) => link(await drawing(), join(folder, String(images)), { images, signal }),
    photos: async () => develop(await drawing(), join(folder, "photos"), signal),
    close,
  };
}

/** @throws {TrainingError} "interrupted" */
export function refuseStopped(signal: AbortSignal): void {
  if (signal.aborted) throw new TrainingError("interrupted", "The benchmark was stopped.");
}

async function draw(folder: string): Promise<string> {
  const { store, encoder } = nodeHost();
  await writeSample(folder, { store, encoder, perClass: drawnPerClass, size: 64 });
  return folder;
}

async function link(
  from: string,
  to: string,
  { images, signal }: { readonly images: number; readonly signal: AbortSignal },
): Promise<string> {
  const classes = (await readdir(from)).sort();
  for (const [label, name] of classes.entries()) {
    refuseStopped(signal);
    mkdirSync(join(to, name), { recursive: true });
    const files = (await readdir(join(from, name))).sort();
    // One after another, and without waiting: promises would take ten times as long.
    for (let index = label; index < images; index += classes.length) {
      const file = files[Math.floor(index / classes.length) % files.length] ?? "";
      linkSync(join(from, name, file), join(to, name, `${index}.png`));
    }
  }
  return to;
}

async function develop(from: string, to: string, signal: AbortSignal): Promise<string> {
  for (const name of await readdir(from)) {
    await mkdir(join(to, name), { recursive: true });
    for (const file of await readdir(join(from, name))) {
      refuseStopped(signal);
      const picture = sharp(join(from, name, file)).resize({ ...photoSize, fit: "fill" });
      await writeFile(join(to, name, file.replace(/png$/, "jpg")), await picture.jpeg().toBuffer());
    }
  }
  return to;
}
