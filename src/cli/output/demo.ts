import type { DemoOutcome, DemoPrediction, DemoResult, DemoStep } from "../../tasks/demo.ts";
import { bar } from "./bar.ts";
import { columns } from "./columns.ts";
import { count, counted, duration, percent, shellWord } from "./format.ts";
import type { Colors } from "./terminal.ts";

const barWidth = 20;

const headings: { readonly [S in DemoStep]: readonly [title: string, ...what: readonly string[]] } = {
  draw: ["Draw pictures"],
  transfer: [
    "Transfer learning",
    "The model that comes with Regraft tells ten other drawn things apart. Its last layer is replaced: first the new",
    "one learns alone (head), then the whole network with it (tune).",
  ],
  scratch: [
    "The same from scratch, to compare",
    "The same network on the same pictures for as many epochs, but its weights start at random.",
  ],
  predict: ["Pictures that it has never seen"],
};

/** The line that opens a step of the demo, and what happens in it. */
export function demoHeading(step: DemoStep, { bold, cyan, dim }: Colors): readonly string[] {
  const [title, ...what] = headings[step];
  const number = Object.keys(headings).indexOf(step) + 1;
  return ["", `${cyan(`${number}.`)} ${bold(title)}`, ...what.map((line) => dim(`   ${line}`))];
}

/** What came of it: transfer beside scratch, the pictures named, where things lie, what to type next. */
export function demoSummary(result: DemoResult, colors: Colors): readonly string[] {
  const { bold, dim, green, yellow } = colors;
  const { transfer, run, stopped } = result;
  return [
    ...predictionLines(result.predictions, colors),
    ...comparisonLines(result, colors),
    "",
    `${green("✓")} ${bold(percent(transfer.valAccuracy))} right, trained in ${duration(transfer.seconds)} → ${bold(run)}`,
    ...(stopped === "interrupted" ? [yellow("  stopped by Ctrl-C before the end")] : []),
    ...columns(placesOf(result).map(([what, where]) => [dim(what), where])),
    "",
    dim("  next"),
    ...nextLines(result).map((command) => `    ${command}`),
    "",
    dim("  with your own photos: a folder with one folder of photos per class, and an ImageNet model in ONNX"),
    "    npx regraft train <photos> --model <model>",
  ];
}

function comparisonLines({ transfer, scratch, val, classes }: DemoResult, colors: Colors): readonly string[] {
  if (!scratch) return [];
  const { bold, dim } = colors;
  const row = (name: string, { valAccuracy, epochs, seconds }: DemoOutcome) => [
    bold(name),
    bar(valAccuracy, { width: barWidth, colors }),
    bold(percent(valAccuracy)),
    dim(counted(epochs, "epoch")),
    dim(duration(seconds)),
  ];
  return [
    "",
    `  ${bold("Accuracy")} ${dim(`on ${count(val)} other pictures; guessing gives ${percent(1 / classes.length)}`)}`,
    ...columns([row("transfer", transfer), row("from scratch", scratch)], { right: [2, 3, 4] }),
  ];
}

function predictionLines(predictions: readonly DemoPrediction[], colors: Colors): readonly string[] {
  const { bold, dim, green, red } = colors;
  const rows = predictions.map(({ image, label, score, truth }) => [
    label === truth ? green("✓") : red("✗"),
    image,
    bar(score, { width: barWidth, colors }),
    percent(score),
    label === truth ? bold(label) : `${bold(label)} ${dim(`(a ${truth})`)}`,
  ]);
  return columns(rows, { right: [3] });
}

const placesOf = ({ pictures, run }: DemoResult): readonly (readonly [string, string])[] => [
  ["pictures", pictures],
  ["model", `${run}/model`],
  ["history", `${run}/history.jsonl`],
];

const nextLines = ({ run, pictures, predictions }: DemoResult): readonly string[] => [
  `npx regraft evaluate ${shellWord(run)} ${shellWord(`${pictures}/val`)}`,
  ...predictions.slice(0, 1).map(({ image }) => `npx regraft predict ${shellWord(run)} ${shellWord(image)}`),
  `npx regraft inspect ${shellWord(run)}`,
];
