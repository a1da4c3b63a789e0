import { create } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  type FunctionProto,
  type GraphProto,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  type ValueInfoProto,
} from "onnx-buf";
import { GraphError } from "../../base/errors.ts";
import { changed } from "./protobuf.ts";

/** Names as the body has them, by what they are called at the place of the call. */
type Names = ReadonlyMap<string, string>;
/** The call's attributes over the function's defaults. */
type Bound = ReadonlyMap<string, AttributeProto>;

interface Scope {
  readonly names: Names;
  readonly bound: Bound;
  readonly fresh: (stem: string) => string;
  /** What the call is called in new names and in errors. */
  readonly label: string;
}

/**
 * The nodes of a function as one call of it needs them: its inputs and outputs are the call's, all else has a name of
 * its own, attributes by reference are the call's, or the function's defaults, or left out.
 *
 * @throws {GraphError} "bad-graph" for a body that reads what it does not have
 */
export function bodyFor(
  call: NodeProto,
  body: FunctionProto,
  { fresh }: { readonly fresh: (stem: string) => string },
): readonly NodeProto[] {
  const label = call.name || call.opType;
  if (call.input.length > body.input.length) {
    throw new GraphError(
      "bad-graph",
      `${call.opType} "${label}" has ${call.input.length} inputs; it takes ${body.input.length}.`,
    );
  }
  const names = new Map(body.input.map((name, at) => [name, call.input[at] ?? ""]));
  const passed: NodeProto[] = [];
  body.output.forEach((name, at) => {
    const wanted = call.output[at] ?? "";
    if (!names.has(name)) names.set(name, wanted || fresh(`${label}/${name}`));
    else if (wanted !== "") passed.push(identity(names.get(name) ?? "", wanted));
  });
  const made = body.node.flatMap(({ output }) => output).filter((name) => name !== "");
  for (const name of made) if (!names.has(name)) names.set(name, fresh(`${label}/${name}`));
  const bound = new Map([...body.attributeProto, ...call.attribute].map((attribute) => [attribute.name, attribute]));
  const scope = { names, bound, fresh, label };
  return [...body.node.map((node) => placed(node, scope)), ...passed];
}

const identity = (input: string, output: string): NodeProto =>
  create(NodeProtoSchema, { opType: "Identity", name: `${output}/Identity`, input: [input], output: [output] });

function placed(node: NodeProto, scope: Scope): NodeProto {
  return changed(node, {
    name: `${scope.label}/${node.name || node.opType}`,
    input: node.input.map((name) => nameIn(scope, name)),
    output: node.output.map((name) => nameIn(scope, name)),
    attribute: node.attribute.flatMap((attribute) => resolved(attribute, scope)),
  });
}

function nameIn({ names, label }: Scope, name: string): string {
  const found = name === "" ? "" : names.get(name);
  if (found !== undefined) return found;
  throw new GraphError("bad-graph", `The function behind "${label}" reads "${name}", which nothing in it makes.`);
}

/** None where it refers to an attribute that the call leaves out: the op's own default holds then. */
function resolved(attribute: AttributeProto, scope: Scope): readonly AttributeProto[] {
  const { name, refAttrName, g } = attribute;
  if (refAttrName !== "") {
    const given = scope.bound.get(refAttrName);
    return given ? [changed(given, { name })] : [];
  }
  return [g ? changed(attribute, { g: subgraph(g, scope) }) : attribute];
}

/** A sub-graph reads names of the body around it; what it makes itself gets new names too. */
function subgraph(graph: GraphProto, outer: Scope): GraphProto {
  const made = namesMadeIn(graph).map((name) => [name, outer.fresh(`${outer.label}/${name}`)] as const);
  const scope = { ...outer, names: new Map([...outer.names, ...made]) };
  const renamed = <T extends ValueInfoProto | TensorProto>(value: T): T =>
    changed<ValueInfoProto | TensorProto>(value, { name: nameIn(scope, value.name) }) as T;
  return changed(graph, {
    input: graph.input.map(renamed),
    output: graph.output.map(renamed),
    initializer: graph.initializer.map(renamed),
    sparseInitializer: graph.sparseInitializer.map((sparse) =>
      sparse.values ? changed(sparse, { values: renamed(sparse.values) }) : sparse,
    ),
    node: graph.node.map((node) => placed(node, scope)),
  });
}

/** Inputs, weights and what its nodes make; not what deeper sub-graphs do. */
export function namesMadeIn({ input, initializer, sparseInitializer, node }: GraphProto): readonly string[] {
  const sparse = sparseInitializer.flatMap(({ values }) => values ?? []);
  const names = [...input, ...initializer, ...sparse].map(({ name }) => name);
  return [...new Set([...names, ...node.flatMap(({ output }) => output)])].filter((name) => name !== "");
}
