import type { MeasureName } from "./measures.ts";

/** A number that has a goal. */
export interface Figure {
  /** What finds it out. */
  readonly measure: MeasureName;
  readonly title: string;
  readonly unit: "s" | "MiB" | "images/s";
  readonly digits: number;
  /** undefined: told beside another one. */
  readonly goal?: { readonly atMost: number } | { readonly moreThan: FigureName };
}

const table = {
  help: { measure: "help", title: "`regraft --help`, the whole process", unit: "s", digits: 2, goal: { atMost: 0.25 } },
  start: {
    measure: "start",
    title: "MobileNetV2, random weights: start to first step done",
    unit: "s",
    digits: 2,
    goal: { atMost: 3 },
  },
  startReal: {
    measure: "start",
    title: "MobileNetV2, ImageNet's weights: start to first step done",
    unit: "s",
    digits: 2,
    goal: { atMost: 3 },
  },
  forward: { measure: "decode", title: "frozen MobileNetV2, forward alone", unit: "images/s", digits: 0 },
  decode: {
    measure: "decode",
    title: "read, decode, resize to 224 px",
    unit: "images/s",
    digits: 0,
    goal: { moreThan: "forward" },
  },
  listing: {
    measure: "folder",
    title: "100,000 pictures: start to the first phase",
    unit: "s",
    digits: 2,
    goal: { atMost: 5 },
  },
  memory: {
    measure: "folder",
    title: "100,000 pictures: peak memory",
    unit: "MiB",
    digits: 0,
    goal: { atMost: 1000 },
  },
} as const satisfies Readonly<Record<string, Omit<Figure, "goal"> & { readonly goal?: unknown }>>;

export type FigureName = keyof typeof table;

export const figures: Readonly<Record<FigureName, Figure>> = table;

export const isFigureName = (name: string): name is FigureName => Object.hasOwn(figures, name);

export const figureNames: readonly FigureName[] = Object.keys(figures).filter(isFigureName);
