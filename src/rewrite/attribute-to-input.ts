import { ints, type Tensor } from "../base/tensor.ts";
import type { Attribute, Node } from "../onnx/graph.ts";
import { labelOf } from "./names.ts";
import type { UpgradeContext } from "./upgrade.ts";

/** Attribute `name` becomes input number `at`, made by `toTensor`; left out where the node does not carry it. */
export function attributeToInput(name: string, at: number, toTensor: (value: Attribute) => Tensor = int64Tensor) {
  return (node: Node, { constant }: UpgradeContext): Node => {
    const { [name]: value, ...attributes } = node.attributes;
    if (value === undefined) return node;
    const inputs = Array.from({ length: Math.max(at + 1, node.inputs.length) }, (_, i) => node.inputs[i] ?? "");
    inputs[at] = constant(`${labelOf(node)}.${name}`, toTensor(value));
    return { ...node, inputs, attributes };
  };
}

function int64Tensor(value: Attribute): Tensor {
  return ints(value.kind === "ints" ? value.value : value.kind === "int" ? [value.value] : []);
}
