import type { FunctionProto, GraphProto, ModelProto, NodeProto } from "onnx-buf";
import { ModelError } from "../../base/errors.ts";
import { domainOf } from "./decode-node.ts";
import { unsupported } from "./decode-tensor.ts";
import { bodyFor, namesMadeIn } from "./function-body.ts";
import { changed } from "./protobuf.ts";

export interface Inlined {
  /** Without calls of the model's own functions. */
  readonly graph: GraphProto;
  /** The opset that a node is written for, where its function has another one than the model. */
  readonly opsets: ReadonlyMap<NodeProto, number>;
}

/** Functions that call each other twice, thirty deep, would be a billion nodes. */
const MOST_NODES = 100_000;

/** Calls in calls: exporters stay below ten. */
const MOST_CALLS = 100;

/**
 * Puts the bodies of the model's own functions in the place of the nodes that call them, those of nested calls too.
 * Functions that no node calls are dropped.
 *
 * @throws {ModelError} "unsupported-model" where functions call each other in a circle or too deep, become too many
 *   nodes, or have sub-graphs and an opset of their own · "not-onnx" · {GraphError} "bad-graph"
 */
export function inlineFunctions(model: ModelProto, graph: GraphProto): Inlined {
  if (model.functions.length === 0) return { graph, opsets: new Map() };
  const inliner = new Inliner(model, graph);
  return { graph: inliner.withoutCalls(graph, { calls: [], isNested: false }), opsets: inliner.opsets };
}

interface Place {
  /** The functions around the node, outermost first. */
  readonly calls: readonly string[];
  /** Inside of a sub-graph. */
  readonly isNested: boolean;
}

class Inliner {
  readonly opsets = new Map<NodeProto, number>();
  readonly #functions: ReadonlyMap<string, FunctionProto>;
  readonly #opset: number | undefined;
  readonly #taken: Set<string>;
  readonly #counts = new Map<string, number>();
  #nodes = 0;

  constructor({ functions, opsetImport }: ModelProto, graph: GraphProto) {
    this.#functions = byName(functions);
    this.#opset = opsetOf(opsetImport);
    this.#taken = new Set(allNames(graph));
  }

  withoutCalls(graph: GraphProto, place: Place): GraphProto {
    return changed(graph, { node: graph.node.flatMap((node) => this.#expanded(node, place)) });
  }

  #expanded(node: NodeProto, place: Place): readonly NodeProto[] {
    const key = keyOf(node.domain, node.opType, node.overload);
    const body = this.#functions.get(key);
    if (!body) return [this.#withPlainSubgraphs(node, place)];
    if (place.calls.includes(key)) {
      throw unsupported(`The functions of the model call each other in a circle: ${[...place.calls, key].join(", ")}.`);
    }
    if (place.calls.length >= MOST_CALLS) {
      throw unsupported(`The functions of the model call each other more than ${MOST_CALLS} deep.`);
    }
    this.#nodes += body.node.length;
    if (this.#nodes > MOST_NODES) throw unsupported(`The model's functions become more than ${MOST_NODES} nodes.`);
    const nodes = bodyFor(node, body, { fresh: (stem) => this.#fresh(stem) });
    this.#rememberOpset(nodes, body, place);
    return nodes.flatMap((inner) => this.#expanded(inner, { ...place, calls: [...place.calls, key] }));
  }

  #withPlainSubgraphs(node: NodeProto, place: Place): NodeProto {
    if (node.attribute.every(({ g }) => !g)) return node;
    const inside = { ...place, isNested: true };
    const attribute = node.attribute.map((one) =>
      one.g ? changed(one, { g: this.withoutCalls(one.g, inside) }) : one,
    );
    return changed(node, { attribute });
  }

  #rememberOpset(nodes: readonly NodeProto[], { name, opsetImport }: FunctionProto, { isNested }: Place): void {
    const opset = opsetOf(opsetImport) ?? this.#opset;
    if (opset === undefined || opset === this.#opset) return;
    if (isNested || nodes.some(({ attribute }) => attribute.some(({ g }) => g))) {
      throw unsupported(
        `The function ${name} is written for opset ${opset}, its model for ${this.#opset}, and one has sub-graphs.`,
        {
          hint: "Export the model with one opset, or inline its functions: onnx.inliner.inline_local_functions(model).",
        },
      );
    }
    for (const node of nodes) this.opsets.set(node, opset);
  }

  #fresh(stem: string): string {
    let name = stem;
    let count = this.#counts.get(stem) ?? 1;
    while (this.#taken.has(name)) {
      count++;
      name = `${stem}_${count}`;
    }
    this.#counts.set(stem, count);
    this.#taken.add(name);
    return name;
  }
}

const keyOf = (domain: string, name: string, overload: string): string =>
  [domainOf(domain), name, overload].filter((part) => part !== "").join(".");

function byName(functions: readonly FunctionProto[]): ReadonlyMap<string, FunctionProto> {
  const found = new Map<string, FunctionProto>();
  for (const body of functions) {
    const key = keyOf(body.domain, body.name, body.overload);
    if (found.has(key)) throw new ModelError("not-onnx", `The model defines the function ${key} twice.`);
    found.set(key, body);
  }
  return found;
}

const opsetOf = (imports: ModelProto["opsetImport"]): number | undefined => {
  const own = imports.find(({ domain }) => domainOf(domain) === "");
  return own && Number(own.version);
};

function allNames(graph: GraphProto): readonly string[] {
  const inner = graph.node.flatMap(({ attribute }) => attribute.flatMap(({ g }) => (g ? allNames(g) : [])));
  return [...namesMadeIn(graph), ...inner];
}
