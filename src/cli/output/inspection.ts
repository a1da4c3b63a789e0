import { formatShape } from "../../base/shape.ts";
import { preprocessingWords } from "../../models/preprocessing-words.ts";
import type { Inspection } from "../../tasks/inspect.ts";
import { columns } from "./columns.ts";
import { count } from "./format.ts";
import type { Colors } from "./terminal.ts";

/** A model as aligned lines: one fact each, and with `nodes` the layers that --unfreeze takes. */
export function inspectionLines(
  inspection: Inspection,
  { nodes, colors }: { readonly nodes: boolean; readonly colors: Colors },
): readonly string[] {
  const { bold, dim } = colors;
  const facts = factsOf(inspection, colors).map(([name = "", ...values]) => [dim(name), values.join(" ")]);
  const layers = inspection.layers.map(({ node, op, parameters }) => [node, dim(op), count(parameters)]);
  return [
    "",
    `  ${bold(inspection.model)}`,
    "",
    ...columns(facts),
    ...(nodes ? ["", dim("  layers"), ...columns(layers, { right: [2], indent: 4 })] : []),
    "",
  ];
}

function factsOf(found: Inspection, { dim }: Colors): readonly (readonly string[])[] {
  const { input, output, labels, trainable, trainableFrom, stops } = found;
  return [
    ["input", input.name, formatShape(input.shape), dim(input.layout)],
    ["output", output.name, formatShape(output.shape)],
    ["opset", String(found.opset), dim(found.producer ? `by ${found.producer}` : "")],
    ...found.changes.map((change, at) => [at === 0 ? "changed" : "", change]),
    ["parameters", count(found.parameters)],
    ...headFacts(found, dim),
    ["labels", labels === undefined ? "none given" : count(labels)],
    ...preprocessingFacts(found, dim),
    [
      "trainable",
      trainable
        ? "all of it"
        : trainableFrom
          ? `from ${trainableFrom} on: --unfreeze ${trainableFrom}`
          : "only a new head",
    ],
    ...(stops ? [["", dim(`${stops.op} "${stops.node}": ${stops.reason}`)]] : []),
    [
      "ops",
      Object.entries(found.ops)
        .map(([op, times]) => `${op} ${dim(String(times))}`)
        .join("  "),
    ],
  ];
}

function headFacts({ head, features, headError }: Inspection, dim: Colors["dim"]): readonly (readonly string[])[] {
  if (features) {
    return [
      ["head", "none: the model gives features"],
      ["", `${count(features.size)} features`],
      ["", dim(features.reason)],
    ];
  }
  if (!head) return [["head", `not found: ${headError ?? "nothing looks like a classifier"}`]];
  const sizes = `${count(head.features)} features → ${count(head.classes)} classes`;
  return [
    ["head", head.node, dim(head.softmax ? `${head.kind}, then Softmax` : head.kind)],
    ["", sizes],
    ["", dim(head.reason)],
  ];
}

function preprocessingFacts({ preprocessing, preprocessingSource }: Inspection, dim: Colors["dim"]) {
  if (!preprocessing) return [["pictures", "not described: pass --preprocessing <preset> to train"]];
  const { pixels, numbers } = preprocessingWords(preprocessing);
  return [
    ["pictures", pixels],
    ["", dim(numbers)],
    ["", dim(preprocessingSource ? `says ${preprocessingSource}` : "")],
  ];
}
