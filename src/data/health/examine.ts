import type { ErrorCode } from "../../base/error-codes.ts";
import { RegraftError, TrainingError } from "../../base/errors.ts";
import type { StopSignal } from "../batches.ts";
import type { PictureSource } from "../files-dataset.ts";
import { readPictureBytes } from "../picture-bytes.ts";
import { prefetch } from "../prefetch.ts";
import { type Fingerprint, fingerprint } from "./fingerprint.ts";
import { contentKey } from "./murmur-hash.ts";
import type { Survey, SurveyedPicture } from "./survey.ts";

/** A picture that was found, with the split that it is in. */
export interface PlacedPicture extends SurveyedPicture {
  readonly split: string;
}

/** A picture that was looked at. */
export interface ExaminedPicture extends PlacedPicture {
  /** The same for files of the same bytes; missing where the file's bytes were not read. */
  readonly content?: string;
  /** Missing where it cannot be decoded. */
  readonly print?: Fingerprint;
  /** Why it cannot be read or decoded, in the decoder's own words. */
  readonly reason?: string;
}

/** All pictures of a survey, split by split. */
export const picturesOf = ({ splits }: Survey): readonly PlacedPicture[] =>
  splits.flatMap(({ name: split, pictures }) => pictures.map((picture) => ({ ...picture, split })));

export interface ExamineOptions extends PictureSource {
  /** Pictures that are read and decoded at a time, from 1: what bounds the memory for large photos. */
  readonly parallel?: number;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Ends the pass before the next picture. */
  readonly signal?: StopSignal | undefined;
}

/**
 * Reads and decodes every picture once and keeps a kilobyte of each.
 *
 * @throws {TrainingError} "interrupted" where the signal ended it
 */
export async function examine(
  pictures: readonly PlacedPicture[],
  { parallel = 8, onProgress, signal, ...source }: ExamineOptions,
): Promise<readonly ExaminedPicture[]> {
  const examined: ExaminedPicture[] = [];
  const tasks = pictures.map((picture) => () => examineOne(picture, source));
  for await (const one of prefetch(tasks, { ahead: parallel })) {
    if (signal?.aborted) throw new TrainingError("interrupted", "The check was stopped.");
    examined.push(one);
    onProgress?.(examined.length, pictures.length);
  }
  return examined;
}

async function examineOne(picture: PlacedPicture, { store, decoder }: PictureSource): Promise<ExaminedPicture> {
  let content: string | undefined;
  try {
    const bytes = await readPictureBytes(picture.path, store);
    content = contentKey(bytes);
    return { ...picture, content, print: fingerprint(await decoder.decode(bytes)) };
  } catch (error) {
    return { ...picture, ...(content === undefined ? {} : { content }), reason: reasonOf(error) };
  }
}

/** What is the file's fault; all else ends the check. */
const badFile: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["unreadable-image", "read-failed", "no-such-file"]);

function reasonOf(error: unknown): string {
  if (error instanceof RegraftError && badFile.has(error.code)) return error.message;
  throw error;
}
