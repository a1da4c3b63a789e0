import type { Node } from "../../onnx/graph.ts";
import { type BlockedLayout, sizeOfTensor } from "./layout.ts";
import type { BlockedRule } from "./rule.ts";

/** Ops that compute each element from the elements at its place: they do not ask how a tensor lies in memory. */
const elementwiseOps: ReadonlySet<string> = new Set([
  ...["Abs", "Add", "And", "Cast", "Ceil", "Clip", "Div", "Elu", "Equal", "Erf", "Exp", "Floor", "Gelu", "Greater"],
  ...[
    "GreaterOrEqual",
    "HardSigmoid",
    "HardSwish",
    "Identity",
    "LeakyRelu",
    "Less",
    "LessOrEqual",
    "Log",
    "Max",
    "Min",
  ],
  ...[
    "Mish",
    "Mul",
    "Neg",
    "Not",
    "Or",
    "Pow",
    "Reciprocal",
    "Relu",
    "Selu",
    "Sigmoid",
    "Sign",
    "Softplus",
    "Softsign",
  ],
  ...["Sqrt", "Sub", "Sum", "Tanh", "ThresholdedRelu", "Where", "Xor"],
]);

export const isElementwise = ({ op, domain }: Node): boolean => domain === "" && elementwiseOps.has(op);

/** Such an op stays between blocked tensors when one operand lies blocked already; scalars are as they are. */
export const elementwise: BlockedRule = (node, layout) => {
  const [output = ""] = node.outputs;
  const picture = layout.picture(output);
  if (!picture || node.outputs.length !== 1) return false;
  const isWhole = (name: string) => layout.shape(name)?.join() === picture.join();
  const whole = node.inputs.filter((name) => name !== "" && isWhole(name));
  const rest = node.inputs.filter((name) => name !== "" && !isWhole(name));
  if (!whole.some((name) => layout.isBlocked(name))) return false;
  if (rest.some((name) => sizeOfTensor(layout, name) !== 1)) return false;
  if (!whole.every((name) => layout.isBlocked(name) || layout.known(name)?.dtype === "float32")) return false;
  if (!staysInside(output, layout)) return false;
  const inputs = node.inputs.map((name) =>
    name === "" ? "" : isWhole(name) ? layout.blocked(name) : layout.plain(name),
  );
  return layout.define(output, layout.emit(node.op, inputs, node.attributes, { like: node }));
};

/** Only float32 can be brought back from blocks: a mask must be read by such ops alone. */
function staysInside(name: string, layout: BlockedLayout): boolean {
  if (layout.known(name)?.dtype === "float32") return true;
  if (layout.isOutput(name)) return false;
  return layout.readers(name).every((reader) => {
    const [output = ""] = reader.outputs;
    return isElementwise(reader) && layout.picture(output) !== undefined && staysInside(output, layout);
  });
}
