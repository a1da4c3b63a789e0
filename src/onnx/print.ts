import { isFloat } from "../base/dtype.ts";
import { GraphError } from "../base/errors.ts";
import type { Shape } from "../base/shape.ts";
import { numbersOf, type Tensor } from "../base/tensor.ts";
import type { Attribute, Graph, Node, ValueInfo } from "./graph.ts";
import { inferShapes } from "./shapes/infer.ts";
import type { Known } from "./shapes/known.ts";

/** Constants of at most so many elements are shown in place. */
const MOST_SHOWN = 8;

/**
 * A graph as text, one line per input, weight, node and output:
 *
 *     input %x float32[N,3,8,8]
 *     weight W float32[4,3,3,3]
 *     %y[N,4,4,4] = Conv(%x, W) {strides=[2,2]}
 *     output %y
 *
 * Names with % are computed. Constants of up to eight elements stand where they are read: (1), [0,-1], floats with
 * six significant digits. dtypes other than float32 are named.
 */
export function printGraph(graph: Graph): string {
  const known = knownOf(graph);
  const shown = new Map([...graph.initializers].map(([name, value]) => [name, textOfSmall(value)] as const));
  const computed = new Set([...graph.inputs.map(({ name }) => name), ...graph.nodes.flatMap((node) => node.outputs)]);
  const reference = (name: string) => (computed.has(name) ? `%${name}` : (shown.get(name) ?? name));
  const weights = [...graph.initializers].filter(([name]) => shown.get(name) === undefined);
  return [
    ...graph.inputs.map((input) => `input %${input.name} ${typeText(input)}`),
    ...weights.map(([name, { dtype, shape }]) => `weight ${name} ${typeText({ name, dtype, shape })}`),
    ...graph.nodes.map((node) => nodeText(node, known, reference)),
    ...graph.outputs.map(({ name }) => `output ${reference(name)}`),
  ].join("\n");
}

/** A graph that contradicts itself is printed too, without shapes: then above all it has to be read. */
function knownOf(graph: Graph): ReadonlyMap<string, Known> {
  try {
    return inferShapes(graph);
  } catch (error) {
    if (error instanceof GraphError) return new Map();
    throw error;
  }
}

function nodeText(node: Node, known: ReadonlyMap<string, Known>, reference: (name: string) => string): string {
  const outputs = node.outputs.map((name) => (name === "" ? "_" : `%${name}${shortType(known.get(name))}`));
  const inputs = node.inputs.map((name) => (name === "" ? "_" : reference(name)));
  const op = node.domain === "" ? node.op : `${node.domain}.${node.op}`;
  const attributes = Object.entries(node.attributes).map(([name, value]) => `${name}=${attributeText(value)}`);
  const braces = attributes.length > 0 ? ` {${attributes.join(", ")}}` : "";
  return `${outputs.join(", ")} = ${op}(${inputs.join(", ")})${braces}`;
}

const shapeText = (shape: Shape | undefined): string => (shape ? `[${shape.join(",")}]` : "[?]");
const typeText = ({ dtype, shape }: ValueInfo): string => `${dtype}${shapeText(shape)}`;

function shortType(known: Known | undefined): string {
  if (!known) return "";
  return known.dtype === "float32" ? shapeText(known.shape) : `:${typeText(known)}`;
}

function attributeText(attribute: Attribute): string {
  switch (attribute.kind) {
    case "int":
      return String(attribute.value);
    case "float":
      return floatText(attribute.value);
    case "string":
      return JSON.stringify(attribute.value);
    case "ints":
      return `[${attribute.value.join(",")}]`;
    case "floats":
      return `[${attribute.value.map(floatText).join(",")}]`;
    case "strings":
      return JSON.stringify(attribute.value);
    case "tensor":
      return textOfSmall(attribute.value) ?? typeText({ name: "", ...attribute.value });
    case "graph":
      return `graph of ${attribute.value.nodes.length} nodes`;
  }
}

/** A scalar in round brackets, a vector in square ones; undefined for anything larger, or of 16-bit floats. */
function textOfSmall(value: Tensor): string | undefined {
  const { dtype, shape, data } = value;
  if (shape.length > 1 || data.length > MOST_SHOWN || dtype === "float16" || dtype === "bfloat16") return undefined;
  const numbers = numbersOf(value).map(isFloat(dtype) ? floatText : String);
  const text = shape.length === 0 ? `(${numbers.join("")})` : `[${numbers.join(",")}]`;
  return dtype === "float32" || dtype === "int64" ? text : `${dtype}${text}`;
}

const floatText = (value: number): string => String(Number(value.toPrecision(6)));
