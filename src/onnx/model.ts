import { refuseUnknown } from "../base/options.ts";
import { type Graph, type Model, type Node, OPSET } from "./graph.ts";
import { specOf } from "./ops.ts";
import { passedSince } from "./passed-ops.ts";

/** What a model says around its graph. */
export interface ModelOptions {
  readonly producer?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** No saved model asks for less: from here on the forms of the ops used agree with those that Regraft writes. */
const LOWEST_OPSET = 13;

/** Versions of other domains where the graph does not say; those that are not here have only had version 1. */
const domainVersions: ReadonlyMap<string, number> = new Map([["ai.onnx.ml", 3]]);

/** The first IR version of the ONNX release that brought each opset, highest first: [from opset, IR version]. */
const irVersions = [
  [23, 11],
  [21, 10],
  [19, 9],
  [15, 8],
  [0, 7],
] as const;

/**
 * A graph as a model that asks for as little as it can, so that old runtimes read it: the highest opset in which one of
 * its ops got its form, and the IR version that came with that opset.
 *
 * @see https://github.com/onnx/onnx/blob/main/docs/Versioning.md
 */
export function modelOf(graph: Graph, { producer = "regraft", metadata = {}, ...rest }: ModelOptions = {}): Model {
  refuseUnknown("modelOf", rest);
  const nodes = allNodes(graph);
  const opset = Math.max(LOWEST_OPSET, ...new Set(nodes.filter(({ domain }) => domain === "").map(sinceOf)));
  const domains = new Set(nodes.map(({ domain }) => domain).filter(Boolean));
  const version = (domain: string) => graph.domains?.get(domain) ?? domainVersions.get(domain) ?? 1;
  const others = [...domains].sort().map((domain) => [domain, version(domain)] as const);
  const irVersion = irVersions.find(([from]) => opset >= from)?.[1] ?? 7;
  return { graph, irVersion, opsets: new Map([["", opset], ...others]), producer, metadata };
}

/** Of an op that is not looked into it is not known which attributes came when: no less than `OPSET` then. */
const sinceOf = (node: Node): number => specOf(node)?.since ?? Math.max(OPSET, passedSince(node.op) ?? OPSET);

function allNodes({ nodes }: Graph): readonly Node[] {
  return nodes.flatMap((node) => {
    const inner = Object.values(node.attributes).flatMap((attribute) =>
      attribute.kind === "graph" ? allNodes(attribute.value) : [],
    );
    return [node, ...inner];
  });
}
