import { decodeSpeed } from "./decode-speed.ts";
import { epochs } from "./epochs.ts";
import { folderStart } from "./folder-start.ts";
import { help } from "./help.ts";
import type { Measure } from "./measure.ts";
import { start } from "./start.ts";

/** All that is measured, the quick ones first. */
export const measures = {
  help,
  start,
  decode: decodeSpeed,
  folder: folderStart,
  epochs,
} as const satisfies Readonly<Record<string, Measure>>;

export type MeasureName = keyof typeof measures;

export const measureNames: readonly MeasureName[] = ["help", "start", "decode", "folder", "epochs"];
