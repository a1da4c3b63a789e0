import { ModelError } from "../../base/errors.ts";
import { floats, type Tensor } from "../../base/tensor.ts";
import { tagged } from "../../onnx/builder.ts";
import type { Attribute, Node } from "../../onnx/graph.ts";
import type { AttributeOptions, OpName } from "../../onnx/ops.ts";
import type { Known } from "../../onnx/shapes/known.ts";
import { labelOf } from "../names.ts";
import type { UpgradeContext } from "../upgrade.ts";
import type { Quantisation } from "./quantisation.ts";

/** What a lowering may ask of the graph around its node. */
export interface LoweringContext extends UpgradeContext {
  /** Makes a tensor that a node gave out an initializer of the same name. */
  define(name: string, value: Tensor): void;
  /** Whether a tensor is the graph's output, or nothing but a Softmax or a new shape lies between. */
  leadsOut(name: string): boolean;
  /** How the integers were made that a tensor stood for: by name, for those that now hold the real numbers. */
  readonly quantised: Map<string, Quantisation>;
}

/** Writes a node of another dialect as nodes in today's form; false: it cannot, and the node stays as it is. */
export type Lowering = (emitter: Emitter) => boolean;

/** Collects the nodes that take the place of one, and reads that one. */
export class Emitter {
  readonly node: Node;
  readonly context: LoweringContext;
  readonly nodes: Node[] = [];

  constructor(node: Node, context: LoweringContext) {
    this.node = node;
    this.context = context;
  }

  /** A node of its own; returns its output. */
  emit<O extends OpName>(op: O, inputs: readonly string[], attributes: AttributeOptions<O> = {}): string {
    const name = this.context.fresh(`${labelOf(this.node)}.${op}`);
    return this.#push(op, inputs, attributes, name, name);
  }

  /** The node that makes the output, under the name of the old one; true, as what a row gives. */
  last<O extends OpName>(op: O, inputs: readonly string[], attributes: AttributeOptions<O> = {}): true {
    this.#push(op, inputs, attributes, this.node.name, this.output);
    return true;
  }

  /** The output is a constant. */
  define(value: Tensor): true {
    this.context.define(this.output, value);
    return true;
  }

  /** Gives a tensor made here another name too. */
  alias(made: string, output: string): void {
    this.#push("Identity", [made], {}, this.context.fresh(`${labelOf(this.node)}.Identity`), output);
  }

  #push<O extends OpName>(
    op: O,
    inputs: readonly string[],
    options: AttributeOptions<O>,
    name: string,
    output: string,
  ) {
    const given = inputs.slice(0, inputs.findLastIndex((input) => input !== "") + 1);
    this.nodes.push({ name, op, domain: "", inputs: given, outputs: [output], attributes: tagged(op, options) });
    return output;
  }

  get output(): string {
    return this.node.outputs[0] ?? "";
  }

  /** Input number `at`, "" where there is none. */
  input(at: number): string {
    return this.node.inputs[at] ?? "";
  }

  known(name: string): Known | undefined {
    return name === "" ? undefined : this.context.known(name);
  }

  /** The numbers of a constant input. */
  constantOf(name: string): Tensor | undefined {
    return this.known(name)?.constant;
  }

  constant(stem: string, value: Tensor): string {
    return this.context.constant(`${labelOf(this.node)}.${stem}`, value);
  }

  float(stem: string, value: number): string {
    return this.constant(stem, floats([value], []));
  }

  number(name: string, fallback: number): number {
    const attribute = this.node.attributes[name];
    return attribute?.kind === "int" || attribute?.kind === "float" ? attribute.value : fallback;
  }

  text(name: string): string | undefined {
    const attribute = this.node.attributes[name];
    return attribute?.kind === "string" ? attribute.value : undefined;
  }

  numbers(name: string): readonly number[] | undefined {
    const attribute: Attribute | undefined = this.node.attributes[name];
    return attribute?.kind === "ints" || attribute?.kind === "floats" ? attribute.value : undefined;
  }

  refused(what: string): ModelError {
    const { op } = this.node;
    return new ModelError(
      "unsupported-model",
      `${op} "${labelOf(this.node)}" ${what}, which Regraft cannot dequantise.`,
      {
        hint: "Take the model as it was before quantisation: on the Hub it is onnx/model.onnx as a rule.",
      },
    );
  }
}
