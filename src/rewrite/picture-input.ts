import type { DType } from "../base/dtype.ts";
import { type Dim, formatShape, type Shape } from "../base/shape.ts";
import { floats } from "../base/tensor.ts";
import { type GraphBuilder, graphBuilder, type Value } from "../onnx/builder.ts";
import { dataTypeCodes } from "../onnx/data-types.ts";
import { consumers, type Graph, type Node, type ValueInfo } from "../onnx/graph.ts";
import { attributesOf } from "../onnx/ops.ts";
import { type Changed, unchanged } from "./changed.ts";
import { freshNames, tensorNames } from "./names.ts";
import { prune } from "./prune.ts";
import { renameTensor } from "./rename.ts";
import { withoutIdentities } from "./simplify.ts";

/** How a model takes its pictures. */
interface Form {
  readonly layout: "NCHW" | "NHWC";
  readonly channels: 1 | 3;
  readonly dtype: DType;
  /** [N, C, H, W] or [N, H, W, C], as the model has it. */
  readonly shape: Shape;
}

/** Weights of red, green and blue in a grey value. @see ITU-R BT.601; Pillow's convert("L") */
const luma = [0.299, 0.587, 0.114] as const;

/**
 * Brings the picture input into the one form that the rest works with and transformers.js feeds, float32 [N, 3, H, W]:
 * channels last are turned inside of the graph, bytes are cast inside, a grey value is made of three colours inside. A
 * graph whose only input is no picture stays as it is.
 */
export function pictureInput(graph: Graph): Changed {
  const [input, ...others] = graph.inputs;
  const form = input && others.length === 0 ? formOf(graph, input) : undefined;
  if (!input || !form) return unchanged(graph);
  const steps = stepsTo(form);
  const [batch = "N", ...extents] = form.shape;
  const [height = "H", width = "W"] = form.layout === "NCHW" ? extents.slice(1) : extents;
  const shape = [batch, 3, height, width];
  if (steps.length === 0) return unchanged({ ...graph, inputs: [{ ...input, shape }] });
  const fresh = freshNames(tensorNames(graph));
  const inner = fresh(`${input.name}.own`);
  const g = graphBuilder({ prefix: `${input.name}.` });
  const made = steps.reduce<Value>((X, { apply }) => apply(g, X), g.input(input.name, "float32", shape));
  g.copy({ name: inner, op: "Identity", domain: "", inputs: [made.name], outputs: [inner], attributes: {} });
  const front = g.build([]);
  const whole = renameTensor(graph, input.name, inner);
  const joined: Graph = {
    ...whole,
    inputs: front.inputs,
    nodes: [...front.nodes, ...whole.nodes],
    initializers: new Map([...whole.initializers, ...front.initializers]),
  };
  return {
    graph: prune(withoutIdentities(withoutTurns(withoutIdentities(joined)))),
    changes: [
      `The input "${input.name}", ${form.dtype} ${formatShape(form.shape)}, is now float32 ${formatShape(shape)}: ${steps.map(({ words }) => words).join(", ")} inside of the graph.`,
    ],
  };
}

interface Step {
  readonly words: string;
  readonly apply: (g: GraphBuilder, X: Value) => Value;
}

/** From float32 [N, 3, H, W] to the model's own form. */
function stepsTo({ layout, channels, dtype }: Form): readonly Step[] {
  const grey: Step = {
    words: "the colours are made one grey value",
    apply: (g, X) => g.ReduceSum(g.Mul(X, g.constant(floats(luma, [1, 3, 1, 1]))), g.ints([1])),
  };
  const turn: Step = { words: "the channels are put last", apply: (g, X) => g.Transpose(X, { perm: [...toLast] }) };
  const cast: Step = {
    words: `the values, which must be ${dtype}'s, are cast`,
    apply: (g, X) => g.Cast(X, { to: dataTypeCodes[dtype] }),
  };
  return [
    ...(channels === 1 ? [grey] : []),
    ...(layout === "NHWC" ? [turn] : []),
    ...(dtype === "float32" ? [] : [cast]),
  ];
}

const toLast = [0, 2, 3, 1] as const;
const toFirst = [0, 3, 1, 2] as const;
const isTurn = (node: Node | undefined, perm: readonly number[]): boolean =>
  node?.op === "Transpose" && node.domain === "" && `${attributesOf("Transpose", node.attributes).perm}` === `${perm}`;

/** Takes out turns of a picture to channels last and straight back. */
function withoutTurns(graph: Graph): Graph {
  const turned = new Map(
    graph.nodes.filter((node) => isTurn(node, toLast)).map(({ inputs: [from = ""], outputs: [to = ""] }) => [to, from]),
  );
  const nodes = graph.nodes.map((node) => {
    const source = isTurn(node, toFirst) ? turned.get(node.inputs[0] ?? "") : undefined;
    return source === undefined ? node : { ...node, op: "Identity", inputs: [source], attributes: {} };
  });
  return { ...graph, nodes };
}

function formOf(graph: Graph, { name, dtype, shape }: ValueInfo): Form | undefined {
  if (shape && shape.length !== 4) return undefined;
  if (dtype === "bool" || dtype === "int64") return undefined;
  const [batch = "N", a, b, c] = shape ?? [];
  for (const channels of [3, 1] as const) {
    if (a === channels && shape) return { layout: "NCHW", channels, dtype, shape };
    if (c === channels && shape) return { layout: "NHWC", channels, dtype, shape };
  }
  if (typeof a === "number" && typeof c === "number") return undefined;
  const read = readByConv(graph, name);
  if (!read) return undefined;
  const { layout, channels } = read;
  const [height, width]: readonly (Dim | undefined)[] = layout === "NCHW" ? [b, c] : [a, b];
  const [H, W] = [height ?? "H", width ?? "W"];
  return { layout, channels, dtype, shape: layout === "NCHW" ? [batch, channels, H, W] : [batch, H, W, channels] };
}

/** Ops that a picture passes before its first Conv without other axes. */
const passing: ReadonlySet<string> = new Set(["Cast", "Add", "Sub", "Mul", "Div", "Pad", "Identity", "Clip"]);

/** What the first Conv behind the input says of channels and layout. */
function readByConv(graph: Graph, input: string): Pick<Form, "layout" | "channels"> | undefined {
  const readers = consumers(graph);
  let layout: Form["layout"] = "NCHW";
  for (let name = input; ; ) {
    const [reader, ...others] = readers.get(name) ?? [];
    if (!reader || others.length > 0) return undefined;
    if (reader.op === "Conv") {
      const perGroup = graph.initializers.get(reader.inputs[1] ?? "")?.shape[1] ?? 0;
      const channels = perGroup * attributesOf("Conv", reader.attributes).group;
      return channels === 1 || channels === 3 ? { layout, channels } : undefined;
    }
    if (isTurn(reader, toFirst)) layout = "NHWC";
    else if (!passing.has(reader.op)) return undefined;
    name = reader.outputs[0] ?? "";
  }
}
