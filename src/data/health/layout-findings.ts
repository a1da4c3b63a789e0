import { counted } from "../../base/words.ts";
import { listNames } from "../list-names.ts";
import type { HealthFinding, Severity } from "./data-health.ts";
import type { Survey, SurveyedSplit } from "./survey.ts";

/** What is wrong with folders and counts: all that is known without opening a file. */
export const layoutFindings = (survey: Survey): readonly HealthFinding[] => [
  ...oneClass(survey),
  ...survey.splits.flatMap((split) => [...emptyClasses(split, survey), ...strayClasses(split, survey)]),
  ...nothingHeldOut(survey),
  ...countFindings(survey),
  ...ignoredFiles(survey),
];

/** A class with fewer pictures to train on is hardly learnt. */
const fewToTrain = 10;
/** With fewer, one picture more or less is a fifth of a class's accuracy and more. */
const fewToValidate = 5;
/** How many times the pictures of the smallest class the largest may have before it is worth a note, and a warning. */
const uneven = { note: 3, warning: 10 } as const;

/** About classes, or about files that are in no class. */
const finding = (
  about: Pick<HealthFinding, "severity" | "code" | "sentence" | "hint"> & { readonly classes?: readonly string[] },
): HealthFinding => ({ classes: [], files: [], ...about });

function oneClass({ classes, splits }: Survey): readonly HealthFinding[] {
  if (classes.length > 1) return [];
  const sentence = `There is only one class, ${classes[0]}, in ${splits[0]?.folder}: at least two are needed.`;
  return [
    finding({
      ...{ severity: "error", code: "one-class", sentence, classes },
      hint: "Put the pictures of each class into a folder of their own.",
    }),
  ];
}

/** Training and validation are read by `train`, which refuses what is wrong there; other parts are for `evaluate`. */
const severityIn = ({ name }: SurveyedSplit): Severity => (name === "train" || name === "val" ? "error" : "warning");

function emptyClasses(split: SurveyedSplit, { classes }: Survey): readonly HealthFinding[] {
  if (split.heldOut !== undefined) return [];
  const full = new Set(split.pictures.map(({ label }) => classes[label]));
  const empty = split.folders.filter((name) => !full.has(name));
  if (empty.length === 0) return [];
  const sentence = `${counted(empty.length, "class", "classes")} of "${split.name}" ${has(empty)} no picture: ${listNames(empty)}.`;
  return [
    finding({
      ...{ severity: severityIn(split), code: "empty-class", sentence, classes: empty },
      hint: "Add pictures, or remove the folder; links to pictures of other classes do not count.",
    }),
  ];
}

function strayClasses(split: SurveyedSplit, { classes, splits: [train] }: Survey): readonly HealthFinding[] {
  if (!train || split === train || split.heldOut !== undefined) return [];
  const missing = train.folders.filter((name) => !split.folders.includes(name));
  const unknown = classes.filter((name) => split.folders.includes(name) && !train.folders.includes(name));
  return [
    ...(missing.length === 0
      ? []
      : [
          finding({
            ...{ severity: severityIn(split), code: "class-missing", classes: missing },
            sentence: `"${split.name}" lacks ${counted(missing.length, "class", "classes")} that training has: ${listNames(missing)}.`,
            hint: `Add pictures of ${missing.length === 1 ? "it" : "them"} to ${split.folder}; spelling and capitals count.`,
          }),
        ]),
    ...(unknown.length === 0
      ? []
      : [
          finding({
            ...{ severity: "error", code: "class-unknown", classes: unknown },
            sentence: `"${split.name}" has ${counted(unknown.length, "class", "classes")} that training lacks: ${listNames(unknown)}.`,
            hint: "Add them to the training folder, or remove them here; spelling and capitals count.",
          }),
        ]),
  ];
}

function nothingHeldOut({ splits }: Survey): readonly HealthFinding[] {
  const val = splits.find(({ heldOut }) => heldOut !== undefined);
  if (!val || val.pictures.length > 0) return [];
  return [
    finding({
      ...{ severity: "error", code: "nothing-held-out" },
      sentence: "There is one picture per class at most: none can be held out for validation.",
      hint: "Add pictures, or name a folder of validation pictures: --val <folder>",
    }),
  ];
}

function countFindings(survey: Survey): readonly HealthFinding[] {
  const { classes, splits } = survey;
  const [train, val] = splits.map((split) => countsOf(split, survey));
  const few = classes.filter((_, label) => within(train?.[label], 1, fewToTrain - 1));
  const fewHeld = classes.filter((_, label) => within(val?.[label], 0, fewToValidate - 1) && (train?.[label] ?? 0) > 0);
  return [
    ...(few.length === 0
      ? []
      : [
          finding({
            ...{ severity: "warning", code: "few-pictures", classes: few },
            sentence: `${counted(few.length, "class", "classes")} ${has(few)} fewer than ${fewToTrain} pictures to train on: ${listNames(few)}.`,
            hint: "Add pictures: a few dozen for each class are a fair start.",
          }),
        ]),
    ...unevenClasses(survey, train ?? []),
    ...(fewHeld.length === 0
      ? []
      : [
          finding({
            ...{ severity: "note", code: "few-to-validate", classes: fewHeld },
            sentence: `${counted(fewHeld.length, "class", "classes")} ${has(fewHeld)} fewer than ${fewToValidate} pictures to validate with: ${listNames(fewHeld)}.`,
            hint: "Accuracy says little about such a class.",
          }),
        ]),
  ];
}

function unevenClasses({ classes }: Survey, counts: readonly number[]): readonly HealthFinding[] {
  const full = classes
    .map((name, label) => ({ name, pictures: counts[label] ?? 0 }))
    .filter(({ pictures }) => pictures > 0);
  const [smallest, ...others] = full.sort((a, b) => a.pictures - b.pictures);
  const largest = others.at(-1);
  if (!smallest || !largest || largest.pictures < uneven.note * smallest.pictures) return [];
  const ratio = largest.pictures / smallest.pictures;
  return [
    finding({
      ...{ severity: ratio < uneven.warning ? "note" : "warning", code: "imbalance" },
      classes: [smallest.name, largest.name],
      sentence: `"${largest.name}" has ${+ratio.toFixed(1)} times the training pictures of "${smallest.name}": ${largest.pictures} and ${smallest.pictures}.`,
      hint: "Add pictures of the small classes, and look at each class's accuracy: regraft evaluate lists them.",
    }),
  ];
}

function ignoredFiles({ splits }: Survey): readonly HealthFinding[] {
  const files = splits.flatMap(({ name: split, folder, ignored }) =>
    ignored.map((path) => ({
      split,
      class: "",
      name: path.startsWith(folder) ? path.slice(folder.length + 1) : path,
      path,
    })),
  );
  if (files.length === 0) return [];
  const sentence = `${counted(files.length, "file")} ${files.length === 1 ? "is" : "are"} not read.`;
  const hint = "Pictures are JPEG, PNG, WebP, GIF, AVIF or TIFF by their names, and lie in a folder per class.";
  return [{ severity: "note", code: "files-ignored", sentence, hint, classes: [], files }];
}

/** Pictures of each class, by label. */
export function countsOf({ pictures }: SurveyedSplit, { classes }: Pick<Survey, "classes">): readonly number[] {
  const counts = classes.map(() => 0);
  for (const { label } of pictures) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

const within = (value: number | undefined, min: number, max: number): boolean =>
  value !== undefined && value >= min && value <= max;

const has = (things: readonly unknown[]): string => (things.length === 1 ? "has" : "have");
