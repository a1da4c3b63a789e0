import { ModelError } from "../base/errors.ts";
import { halvesOfFloats } from "../base/half.ts";
import { isDType, type Tensor, tensor } from "../base/tensor.ts";
import { dataTypeCodes } from "../onnx/data-types.ts";
import type { Attribute, Graph, Node } from "../onnx/graph.ts";
import { specOf } from "../onnx/ops.ts";
import { inferShapes } from "../onnx/shapes/infer.ts";
import { freshNames, tensorNames } from "./names.ts";

/** Ops that have no float16 form, or inputs that have none. */
const float32Only: ReadonlySet<string> = new Set(["Range", "Resize"]);

/**
 * The graph with weights and arithmetic in float16: half the size. Inputs and outputs stay float32, with a Cast behind
 * and before them. A node stays in float32, between Casts, where float16 has no form of its op, and where one of its
 * constants lies beyond ±65504. A scalar that float16 would make 0, an epsilon as a rule, becomes ±2⁻²⁴ instead.
 *
 * @throws {ModelError} "unsupported-model" for an op that Regraft does not know: the types of its outputs are not known
 */
export function toFloat16(graph: Graph): Graph {
  requireFloat16(graph);
  return new Halving(graph).build();
}

/** Whether `toFloat16` takes the graph, asked before much work goes into it. @throws {ModelError} as `toFloat16` */
export function requireFloat16({ nodes }: Graph): void {
  const unknown = nodes.find((node) => !specOf(node));
  if (unknown) throw unknownTypes(unknown);
}

/** The names under which a float tensor can be read; a Cast makes the one that is not there. */
interface Forms {
  readonly float?: string;
  readonly half?: string;
}

class Halving {
  readonly #graph: Graph;
  readonly #fresh: (stem: string) => string;
  readonly #isFloat: (name: string) => boolean;
  readonly #forms = new Map<string, Forms>();
  readonly #nodes: Node[] = [];
  readonly #initializers = new Map<string, Tensor>();

  constructor(graph: Graph) {
    const known = inferShapes(graph);
    this.#graph = graph;
    this.#fresh = freshNames(new Set([...tensorNames(graph), ...graph.nodes.map(({ name }) => name)]));
    this.#isFloat = (name) => known.get(name)?.dtype === "float32";
    for (const { name } of graph.inputs) this.#forms.set(name, { float: name });
  }

  build(): Graph {
    for (const node of this.#graph.nodes)
      this.#nodes.push(this.#mustStay(node) ? this.#kept(node) : this.#halved(node));
    for (const { name } of this.#graph.outputs) if (this.#isFloat(name)) this.#give(name);
    return { ...this.#graph, nodes: this.#nodes, initializers: this.#initializers };
  }

  /** Whether a node cannot be computed in float16. */
  #mustStay({ op, inputs, attributes }: Node): boolean {
    if (float32Only.has(op)) return true;
    const constants = inputs.map((name) => this.#graph.initializers.get(name));
    const given = Object.values(attributes).map((attribute) => attribute.kind === "tensor" && attribute.value);
    const listed = op === "Constant" && !Object.hasOwn(attributes, "value");
    return listed || [...constants, ...given].some((value) => value && isBeyond(value));
  }

  #halved(node: Node): Node {
    const outputs = node.outputs.map((name) => {
      if (!this.#isFloat(name)) return name;
      const half = this.#isPublic(name) ? this.#fresh(`${name}.float16`) : name;
      this.#forms.set(name, { half });
      return half;
    });
    const attributes = Object.entries(node.attributes).map(([name, value]) => [
      name,
      halvedAttribute(node.op, name, value),
    ]);
    const inputs = node.inputs.map((name) => this.#read(name, "half"));
    return { ...node, inputs, outputs, attributes: Object.fromEntries(attributes) };
  }

  #kept(node: Node): Node {
    const outputs = node.outputs.map((name) => {
      if (!this.#isFloat(name)) return name;
      const float = this.#isPublic(name) ? name : this.#fresh(`${name}.float32`);
      this.#forms.set(name, { float });
      return float;
    });
    return { ...node, inputs: node.inputs.map((name) => this.#read(name, "float")), outputs };
  }

  /** The name of a tensor in the form wanted; made where it is not there yet. Other types have one form. */
  #read(name: string, form: keyof Forms): string {
    const constant = this.#graph.initializers.get(name);
    const forms = this.#forms.get(name) ?? {};
    const there = forms[form];
    if (there !== undefined) return there;
    if (!this.#isFloat(name)) {
      if (constant) this.#initializers.set(name, constant);
      return name;
    }
    const made = constant ? this.#constant(name, constant, form) : this.#cast(name, forms, form);
    this.#forms.set(name, { ...forms, [form]: made });
    return made;
  }

  #constant(name: string, value: Tensor, form: keyof Forms): string {
    const own = form === "half" ? name : this.#fresh(`${name}.float32`);
    this.#initializers.set(own, form === "half" ? halved(value) : value);
    return own;
  }

  #cast(name: string, { float = "", half = "" }: Forms, form: keyof Forms): string {
    const dtype = form === "half" ? "float16" : "float32";
    const made = this.#fresh(`${name}.${dtype}`);
    this.#nodes.push(castNode(form === "half" ? float : half, made, dtype));
    return made;
  }

  /** Makes the graph's output `name` where no node made it in float32. */
  #give(name: string): void {
    const constant = this.#graph.initializers.get(name);
    const { float, half } = this.#forms.get(name) ?? {};
    if (constant) this.#initializers.set(name, constant);
    else if (float !== name && half !== undefined) this.#nodes.push(castNode(half, name, "float32"));
  }

  #isPublic(name: string): boolean {
    return this.#graph.outputs.some((output) => output.name === name);
  }
}

const castNode = (input: string, output: string, dtype: "float16" | "float32"): Node => ({
  name: output,
  op: "Cast",
  domain: "",
  inputs: [input],
  outputs: [output],
  attributes: { to: { kind: "int", value: dataTypeCodes[dtype] } },
});

/** Halfway between 65504 and what would follow: from here on float16 rounds to infinity. */
const BEYOND = 65520;

const isBeyond = (value: Tensor): boolean =>
  isDType(value, "float32") && value.data.some((x) => Math.abs(x) >= BEYOND && Number.isFinite(x));

const SMALLEST = 2 ** -24;

function halved(value: Tensor): Tensor {
  if (!isDType(value, "float32")) return value;
  const [only = 0, ...others] = value.data.length === 1 ? value.data : [0];
  const vanishes = others.length === 0 && only !== 0 && Math.abs(only) <= SMALLEST / 2;
  return halvesOfFloats(vanishes ? tensor("float32", value.shape, Float32Array.of(Math.sign(only) * SMALLEST)) : value);
}

function halvedAttribute(op: string, name: string, attribute: Attribute): Attribute {
  if (attribute.kind === "tensor") return { kind: "tensor", value: halved(attribute.value) };
  const castsToFloat = op === "Cast" && name === "to" && attribute.value === dataTypeCodes.float32;
  return castsToFloat ? { kind: "int", value: dataTypeCodes.float16 } : attribute;
}

const unknownTypes = ({ op, domain, name }: Node): ModelError =>
  new ModelError(
    "unsupported-model",
    `The model cannot be saved in float16: it has the op ${domain === "" ? op : `${domain}.${op}`} (node "${name}"), of which Regraft does not know the types.`,
    { hint: "Save it in float32: --dtype float32." },
  );
