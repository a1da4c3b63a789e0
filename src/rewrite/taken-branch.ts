import { ModelError } from "../base/errors.ts";
import type { Attribute, Graph, Node, ValueInfo } from "../onnx/graph.ts";
import { numbersKnown } from "../onnx/shapes/known.ts";
import { labelOf } from "./names.ts";
import type { UpgradeContext } from "./upgrade.ts";

type Surroundings = Pick<UpgradeContext, "fresh" | "constant" | "known">;

/**
 * Ops that hold graphs, with what they become where it is known what they do. Exporters write an If around a Squeeze or
 * a Reshape that depends on an extent; with the extent known, one of its branches is dead.
 */
export const unfolded: Readonly<Record<string, (node: Node, around: Surroundings) => readonly Node[]>> = {
  If: takenBranch,
};

/**
 * The nodes of the branch that an If takes, with names that are free around it.
 *
 * @throws {ModelError} "unsupported-model" where the condition is only known when the model runs
 */
function takenBranch(node: Node, around: Surroundings): readonly Node[] {
  const condition = numbersKnown(around.known(node.inputs[0] ?? ""));
  const branch = node.attributes[condition?.[0] === 0 ? "else_branch" : "then_branch"];
  if (condition?.length === 1 && branch?.kind === "graph") return placed(branch.value, node, around);
  throw new ModelError(
    "unsupported-model",
    `If "${labelOf(node)}" chooses between its branches when the model runs; Regraft has no gradient through that.`,
    { hint: "Export the model with a fixed picture size, or for inference: then no choice is left." },
  );
}

function placed(branch: Graph, node: Node, { fresh, constant }: Surroundings): readonly Node[] {
  const names = new Map<string, string>();
  for (const [name, value] of branch.initializers) names.set(name, constant(`${labelOf(node)}/${name}`, value));
  const made = new Set(branch.nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== ""));
  const passed: (readonly [from: string, to: string])[] = [];
  branch.outputs.forEach(({ name }, at) => {
    const wanted = node.outputs[at] ?? "";
    if (wanted === "") return;
    if (made.has(name) && !names.has(name)) names.set(name, wanted);
    else passed.push([name, wanted]);
  });
  for (const name of made) if (!names.has(name)) names.set(name, fresh(`${labelOf(node)}/${name}`));
  const nameOf = (name: string) => names.get(name) ?? name;
  const nodes = branch.nodes.map((inner) => ({
    ...renamed(inner, nameOf),
    name: fresh(`${labelOf(node)}/${inner.name}`),
  }));
  return [...nodes, ...passed.map(([from, to]) => identity(nameOf(from), to, fresh))];
}

const identity = (from: string, to: string, fresh: (stem: string) => string): Node => ({
  name: fresh(`${to}/Identity`),
  op: "Identity",
  domain: "",
  inputs: [from],
  outputs: [to],
  attributes: {},
});

/** A node with other names for its tensors, also where its sub-graphs read them: no name stands for two in ONNX. */
function renamed(node: Node, nameOf: (name: string) => string): Node {
  const attributes = Object.entries(node.attributes).map(([key, attribute]): [string, Attribute] => [
    key,
    attribute.kind === "graph" ? { kind: "graph", value: renamedGraph(attribute.value, nameOf) } : attribute,
  ]);
  const [inputs, outputs] = [node.inputs.map(nameOf), node.outputs.map(nameOf)];
  return { ...node, inputs, outputs, attributes: Object.fromEntries(attributes) };
}

function renamedGraph(graph: Graph, nameOf: (name: string) => string): Graph {
  const output = (info: ValueInfo): ValueInfo => ({ ...info, name: nameOf(info.name) });
  return { ...graph, nodes: graph.nodes.map((node) => renamed(node, nameOf)), outputs: graph.outputs.map(output) };
}
