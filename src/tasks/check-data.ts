import { checkNumber, refuseUnknown } from "../base/options.ts";
import type { StopSignal } from "../data/batches.ts";
import { exactCopies, nearCopies } from "../data/health/copies.ts";
import { exactFindings, nearFindings } from "../data/health/copy-findings.ts";
import type { DataHealth } from "../data/health/data-health.ts";
import { examine, picturesOf } from "../data/health/examine.ts";
import { healthOf } from "../data/health/health-of.ts";
import { layoutFindings } from "../data/health/layout-findings.ts";
import { pictureFindings } from "../data/health/picture-findings.ts";
import { contentsInTwoSplits } from "../data/health/shared-contents.ts";
import { type Survey, surveyFolder, surveyOf } from "../data/health/survey.ts";
import type { ImageFolder } from "../data/image-folder.ts";
import type { Host } from "./host.ts";

export interface CheckDataOptions {
  /** Folder of pictures: <data>/<class>/*, or <data>/{train,val,test}/<class>/*. */
  readonly data: string;
  /** Share of the pictures that training would set apart for validation, or a folder of them. */
  readonly val?: string | number | undefined;
  /** Draws what is set apart. */
  readonly seed?: number;
  /** Part of the pictures that may be unreadable before that is an error, 0 to 1. */
  readonly maxBadFraction?: number;
  /** Told after each picture. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: StopSignal | undefined;
}

type CheckHost = Pick<Host, "store" | "decoder">;

/**
 * Looks at every picture of a data set: what cannot be read, copies and near copies within and across splits and classes,
 * pictures of one colour or of odd size, classes that are empty, small or missing. Where training would refuse the data for
 * one of these, that is a finding of severity "error" here.
 *
 * @throws {DataError} "no-such-folder" · "one-class" where there is no class folder at all
 * @throws {UsageError} "bad-option" · {TrainingError} "interrupted" by the signal
 */
export async function checkData(options: CheckDataOptions, host: CheckHost): Promise<DataHealth> {
  const { data, val, seed = 0, maxBadFraction = 0.1, onProgress, signal, ...rest } = options;
  refuseUnknown("checkData", rest);
  if (typeof val === "number") checkNumber("val", val, { moreThan: 0, lessThan: 1 });
  checkNumber("maxBadFraction", maxBadFraction, { min: 0, max: 1 });
  const survey = await surveyFolder(data, { store: host.store, val, seed });
  const watch = { onProgress, signal };
  return examined(survey, { maxBadFraction, ...watch }, host);
}

/** The same for data that training has read already. */
export const checkFolder = (
  data: string,
  folder: ImageFolder,
  options: Pick<CheckDataOptions, "onProgress" | "signal"> & { readonly maxBadFraction: number },
  host: CheckHost,
): Promise<DataHealth> => examined(surveyOf(data, folder, host.store), options, host);

/**
 * Where opening each file would be felt before training: 1,000 files took 0.05 s here, 44,440 took four.
 */
const mostFilesOpened = 10_000;

/** What can be told of data that training has read without decoding a picture: counts and, of not too many files, copies across splits. */
export async function quickCheck(
  data: string,
  folder: ImageFolder,
  { store }: Pick<Host, "store">,
): Promise<DataHealth> {
  const survey = surveyOf(data, folder, store);
  const { classes } = survey;
  const pictures = picturesOf(survey);
  if (pictures.length > mostFilesOpened) return healthOf(survey, { depth: "counts", findings: layoutFindings(survey) });
  const groups = await contentsInTwoSplits(pictures, store);
  const findings = [...layoutFindings(survey), ...exactFindings(groups, { pictures, classes })];
  return healthOf(survey, { depth: "bytes", findings });
}

async function examined(
  survey: Survey,
  {
    maxBadFraction,
    onProgress,
    signal,
  }: Pick<CheckDataOptions, "onProgress" | "signal"> & { readonly maxBadFraction: number },
  { store, decoder }: CheckHost,
): Promise<DataHealth> {
  const { classes } = survey;
  const pictures = await examine(picturesOf(survey), { store, decoder, onProgress, signal });
  const exact = exactCopies(pictures);
  const findings = [
    ...layoutFindings(survey),
    ...pictureFindings(pictures, { classes, maxBadFraction }),
    ...exactFindings(exact, { pictures, classes }),
    ...nearFindings(nearCopies(pictures, exact), { pictures, classes }),
  ];
  return healthOf(survey, { depth: "pictures", findings, pictures });
}
