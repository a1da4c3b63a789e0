import { consumers, type Graph, type Node, producers, type ValueInfo } from "../onnx/graph.ts";
import { inferShapes } from "../onnx/shapes/infer.ts";
import { type Changed, listed } from "./changed.ts";
import { labelOf } from "./names.ts";

/** Ops that turn scores into a decision or a list, with the position of the scores among their inputs. */
const decisions: Readonly<Record<string, number>> = {
  ArgMax: 0,
  TopK: 0,
  Hardmax: 0,
  "ai.onnx.ml.ZipMap": 0,
};

/** Ops that a decision passes on its way to an output, with the position of the input that it comes by. */
const passing: Readonly<Record<string, number>> = {
  Cast: 0,
  Squeeze: 0,
  Unsqueeze: 0,
  Reshape: 0,
  Flatten: 0,
  Identity: 0,
  Gather: 1,
  "ai.onnx.ml.ArrayFeatureExtractor": 1,
  "ai.onnx.ml.LabelEncoder": 0,
};

const kindOf = ({ domain, op }: Node): string => (domain === "" ? op : `${domain}.${op}`);

/**
 * Takes off what makes a label of scores: an output that an ArgMax, TopK or ZipMap decides becomes the scores that the
 * decision was made of. A decision that no output shows, because it was one of texts, counts too.
 *
 * @param opaque names of outputs that the file had and the graph has not
 */
export function cutTails(graph: Graph, opaque: readonly string[] = []): Changed {
  const makers = producers(graph);
  const given = graph.outputs.map((output) => ({ output, decision: decisionBehind(output.name, makers) }));
  const hidden = unreadDecisions(graph);
  const cuts = given.filter(({ decision }) => decision !== undefined);
  if (cuts.length === 0 && hidden.length === 0 && opaque.length === 0) return { graph, changes: [] };
  const known = hidden.length + cuts.length > 0 ? inferShapes(graph) : new Map<string, ValueInfo>();
  const named = new Map(graph.outputs.map((output) => [sourceOf(makers.get(output.name)) ?? output.name, output]));
  const infoOf = (decision: Node): ValueInfo => {
    const name = scoresOf(decision);
    const output = named.get(name);
    if (output) return output;
    const { dtype, shape } = known.get(name) ?? { dtype: "float32", shape: undefined };
    return { name, dtype, shape };
  };
  const scores = given.map(({ output, decision }) => (decision ? infoOf(decision) : output));
  const outputs = new Map([...scores, ...hidden.map(infoOf)].map((info) => [info.name, info]));
  const said = cuts.flatMap(({ output, decision }) => (decision ? [aboutCut(output.name, decision)] : []));
  return {
    graph: { ...graph, outputs: [...outputs.values()] },
    changes: [...said, ...aboutOpaque(opaque)],
  };
}

const scoresOf = (decision: Node): string => decision.inputs[decisions[kindOf(decision)] ?? 0] ?? "";

/** What an Identity gives another name to. */
const sourceOf = (node: Node | undefined): string | undefined =>
  node?.op === "Identity" && node.domain === "" ? node.inputs[0] : undefined;

const aboutCut = (output: string, decision: Node): string =>
  `The output "${output}" is a decision: ${decision.op} "${labelOf(decision)}" and what follows it are cut off, and the scores "${scoresOf(decision)}" are given out.`;

function aboutOpaque(opaque: readonly string[]): readonly string[] {
  if (opaque.length === 0) return [];
  return [`Left out, because ${opaque.length === 1 ? "it holds" : "they hold"} no numbers: ${listed(opaque)}.`];
}

/** The decision that a tensor passes on; undefined where it is none. */
function decisionBehind(tensor: string, makers: ReadonlyMap<string, Node>): Node | undefined {
  const maker = makers.get(tensor);
  if (!maker || Object.hasOwn(decisions, kindOf(maker))) return maker;
  const at = Object.hasOwn(passing, kindOf(maker)) ? passing[kindOf(maker)] : undefined;
  const others = at === undefined ? [] : maker.inputs.filter((_, position) => position !== at);
  // What is picked from must be constant: the names of the classes, not features of a token that was found.
  const isLookUp = others.every(
    (name) => name === "" || makers.get(name) === undefined || isConstant(makers.get(name)),
  );
  return at !== undefined && isLookUp ? decisionBehind(maker.inputs[at] ?? "", makers) : undefined;
}

const isConstant = (node: Node | undefined): boolean => node?.op === "Constant" && node.domain === "";

/** Decisions of which nothing was left to read: neither a node nor an output does. */
function unreadDecisions(graph: Graph): readonly Node[] {
  const readers = consumers(graph);
  const given = new Set(graph.outputs.map(({ name }) => name));
  return graph.nodes.filter(
    (node) =>
      Object.hasOwn(decisions, kindOf(node)) && node.outputs.every((name) => !readers.has(name) && !given.has(name)),
  );
}
