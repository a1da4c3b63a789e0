import { isStatic, type Shape, sizeOf } from "../base/shape.ts";
import { ints, type Tensor } from "../base/tensor.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { inferShapes } from "../onnx/shapes/infer.ts";
import { freshNames, scopeOf, tensorNames } from "./names.ts";

/** Ops of two operands that broadcast. */
const broadcasting: ReadonlySet<string> = new Set([
  ...["Add", "Sub", "Mul", "Div", "Pow", "Max", "Min"],
  ...["Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal"],
]);

/**
 * Gives a scalar as many axes as the tensor beside it, where that ends in an extent of 1: [] beside [Co, Ci, 1, 1] becomes
 * [1, 1, 1, 1]. The function stays. onnxruntime 1.30 otherwise broadcasts the scalar element by element: the update of a
 * 1 x 1 kernel takes 50 times as long.
 */
export function wholeScalars(graph: Graph): Graph {
  const known = inferShapes(graph);
  const shapeOf = (name: string): Shape | undefined => known.get(name)?.shape;
  const widened = new WidenedScalars(graph);
  const nodes = graph.nodes.flatMap((node) => {
    const axes = axesWanted(node, node.inputs.map(shapeOf));
    if (axes === undefined) return [node];
    const wanted = { axes, scope: scopeOf(node) };
    const inputs = node.inputs.map((name) => (isOne(shapeOf(name)) ? widened.name(name, wanted) : name));
    return [...widened.made(), { ...node, inputs }];
  });
  return widened.isIdle ? graph : { ...graph, nodes, initializers: widened.initializers };
}

/** How many axes the scalar operand of a node should have; undefined: as many as it has. */
function axesWanted(node: Node, shapes: readonly (Shape | undefined)[]): number | undefined {
  if (node.domain !== "" || !broadcasting.has(node.op) || shapes.length !== 2) return undefined;
  const whole = shapes.find((shape) => shape && !isOne(shape));
  const scalar = shapes.find(isOne);
  if (!whole || !scalar || whole.at(-1) !== 1) return undefined;
  return scalar.length < whole.length ? whole.length : undefined;
}

const isOne = (shape: Shape | undefined): shape is readonly number[] =>
  shape !== undefined && isStatic(shape) && sizeOf(shape) === 1;

/** Scalars with more axes: constants as constants, all others by a Reshape. */
class WidenedScalars {
  readonly initializers: Map<string, Tensor>;
  readonly #names = new Map<string, string>();
  readonly #fresh: (stem: string) => string;
  #made: Node[] = [];

  constructor(graph: Graph) {
    this.initializers = new Map(graph.initializers);
    this.#fresh = freshNames(new Set([...tensorNames(graph), ...graph.nodes.map(({ name }) => name)]));
  }

  get isIdle(): boolean {
    return this.#names.size === 0;
  }

  /** @param scope of the node that wants it: where it is made stands there */
  name(scalar: string, { axes, scope }: { readonly axes: number; readonly scope: string }): string {
    const key = `${axes}:${scalar}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = this.#fresh(`${scalar}.whole`);
    this.#names.set(key, name);
    const shape = new Array<number>(axes).fill(1);
    const constant = this.initializers.get(scalar);
    if (constant) this.initializers.set(name, { ...constant, shape });
    else this.#made.push(this.#reshaped(scalar, { name: `${scope}${name}`, output: name, shape }));
    return name;
  }

  /** The nodes that have come up since this was last asked. */
  made(): readonly Node[] {
    const made = this.#made;
    this.#made = [];
    return made;
  }

  #reshaped(
    scalar: string,
    { name, output, shape }: { readonly name: string; readonly output: string; readonly shape: readonly number[] },
  ): Node {
    const target = this.#fresh(`${output}.shape`);
    this.initializers.set(target, ints(shape));
    return { name, op: "Reshape", domain: "", inputs: [scalar, target], outputs: [output], attributes: {} };
  }
}
