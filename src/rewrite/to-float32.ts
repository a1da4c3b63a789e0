import type { DType } from "../base/dtype.ts";
import { floatsOfBrains, floatsOfHalves } from "../base/half.ts";
import { isDType, type Tensor, tensor } from "../base/tensor.ts";
import { dataTypeCodes, dtypeOfCode } from "../onnx/data-types.ts";
import type { Attribute, Graph, Node, ValueInfo } from "../onnx/graph.ts";

/** The float types that no graph inside of Regraft has. */
const foreign = ["float16", "bfloat16", "float64"] as const satisfies readonly DType[];
type Foreign = (typeof foreign)[number];

const isForeign = (dtype: DType): dtype is Foreign => foreign.some((other) => other === dtype);

/** Attributes that name a type by its number: of Cast, of the ops that make numbers, and of those that sum in another. */
const typeAttributes: ReadonlySet<string> = new Set(["to", "dtype", "output_dtype", "stash_type", "softmax_precision"]);

/**
 * The graph with float32 in place of every other float type: weights, constants, inputs, outputs, and what is cast to.
 * Numbers stay as they are, bounds and epsilons too, except that float64 is rounded, and cut to float32's range where
 * it is finite. A Cast between two float types is left as one that changes nothing.
 */
export function toFloat32(graph: Graph): Graph {
  if (foreignTypes(graph).size === 0) return graph;
  return {
    ...graph,
    inputs: graph.inputs.map(typed),
    outputs: graph.outputs.map(typed),
    nodes: graph.nodes.map(converted),
    initializers: new Map([...graph.initializers].map(([name, value]) => [name, widened(value)])),
  };
}

/** A sentence for each float type that is not worked in, about a graph before `toFloat32`. */
export function float32Notes(graph: Graph): readonly string[] {
  const types = foreign.filter((dtype) => foreignTypes(graph).has(dtype));
  if (types.length === 0) return [];
  return [`Its ${types.join(" and ")} numbers were turned into float32, which everything is computed in.`];
}

function foreignTypes(graph: Graph): ReadonlySet<DType> {
  const values = [...graph.inputs, ...graph.outputs, ...graph.initializers.values()].map(({ dtype }) => dtype);
  return new Set([...values, ...graph.nodes.flatMap(typesNamed)].filter(isForeign));
}

const typesNamed = ({ attributes }: Node): readonly DType[] =>
  Object.entries(attributes).flatMap(([name, attribute]) => {
    if (attribute.kind === "tensor") return [attribute.value.dtype];
    if (attribute.kind === "graph") return [...foreignTypes(attribute.value)];
    const named = attribute.kind === "int" && typeAttributes.has(name) ? dtypeOfCode(attribute.value) : undefined;
    return named ? [named] : [];
  });

const typed = (value: ValueInfo): ValueInfo => (isForeign(value.dtype) ? { ...value, dtype: "float32" } : value);

function converted(node: Node): Node {
  const entries = Object.entries(node.attributes).map(
    ([name, attribute]) => [name, convertedAttribute(name, attribute)] as const,
  );
  return { ...node, attributes: Object.fromEntries(entries) };
}

function convertedAttribute(name: string, attribute: Attribute): Attribute {
  if (attribute.kind === "tensor") return { kind: "tensor", value: widened(attribute.value) };
  if (attribute.kind === "graph") return { kind: "graph", value: toFloat32(attribute.value) };
  if (attribute.kind !== "int" || !typeAttributes.has(name)) return attribute;
  const dtype = dtypeOfCode(attribute.value);
  return dtype && isForeign(dtype) ? { kind: "int", value: dataTypeCodes.float32 } : attribute;
}

/** The same tensor where it holds no foreign float. */
function widened(value: Tensor): Tensor {
  if (isDType(value, "float16")) return floatsOfHalves(value);
  if (isDType(value, "bfloat16")) return floatsOfBrains(value);
  if (isDType(value, "float64")) return tensor("float32", value.shape, Float32Array.from(value.data, narrowed));
  return value;
}

const MOST_FLOAT = (2 - 2 ** -23) * 2 ** 127;

/** Masks are filled with the lowest finite number, which must not become -Infinity: Softmax of a full row is NaN then. */
const narrowed = (value: number): number =>
  Number.isFinite(value) ? Math.max(-MOST_FLOAT, Math.min(MOST_FLOAT, value)) : value;
