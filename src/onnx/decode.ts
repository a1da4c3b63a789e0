import type { GraphProto, ModelProto, NodeProto } from "onnx-buf";
import { ModelError } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import { decodeNode, domainOf } from "./file/decode-node.ts";
import { decodeTensor, unsupported } from "./file/decode-tensor.ts";
import { decodeValues } from "./file/decode-values.ts";
import { withoutOpaque } from "./file/opaque.ts";
import { parseModel } from "./file/protobuf.ts";
import { topological } from "./file/sort.ts";
import type { Graph, Model } from "./graph.ts";
import { validateGraph } from "./validate.ts";

/**
 * Reads an ONNX file. Weights are views on `bytes` where their alignment allows it. Nodes come in topological order;
 * those without a name of their own get one (`Conv_12`). Initializers that are listed as inputs too are not inputs.
 * Outputs that are texts or lists, and nodes that only make texts, are left out.
 *
 * @throws {ModelError} "not-onnx" · "unsupported-model" (external data, quantised types, functions ...)
 * @throws {GraphError} "bad-graph" (cycles, dangling names, two definitions of one name)
 */
export function decodeModel(bytes: Uint8Array): Model {
  const proto = parseModel(bytes);
  const { graph: graphProto, irVersion, opsetImport, producerName, metadataProps } = proto;
  if (!graphProto) throw new ModelError("not-onnx", "Not an ONNX model: there is no graph in it.");
  checkFunctions(proto, graphProto);
  const { graph: held, opaqueOutputs } = withoutOpaque(graphProto);
  const graph = decodeGraph(held);
  validateGraph(graph);
  return {
    graph,
    irVersion: Number(irVersion),
    opsets: decodeOpsets(opsetImport),
    producer: producerName,
    metadata: Object.fromEntries(metadataProps.map(({ key, value }) => [key, value])),
    ...(opaqueOutputs.length > 0 ? { opaqueOutputs } : {}),
  };
}

function decodeOpsets(imports: ModelProto["opsetImport"]): ReadonlyMap<string, number> {
  const opsets = new Map<string, number>();
  for (const { domain, version } of imports) {
    const name = domainOf(domain);
    if (opsets.has(name)) {
      throw new ModelError("not-onnx", `The model asks twice for an opset of the domain "${domain || "ai.onnx"}".`, {
        hint: "The file is damaged: fetch or export it again.",
      });
    }
    opsets.set(name, Number(version));
  }
  return opsets;
}

function decodeGraph(proto: GraphProto): Graph {
  const [sparse] = proto.sparseInitializer;
  if (sparse) throw unsupported(`The weight "${sparse.values?.name ?? ""}" is a sparse tensor.`);
  const initializers = decodeInitializers(proto);
  const names = nodeNames(proto.node);
  return {
    name: proto.name,
    inputs: decodeValues(proto.input.filter(({ name }) => !initializers.has(name))),
    outputs: decodeValues(proto.output),
    nodes: topological(proto.node.map((node, at) => decodeNode(node, names[at] ?? "", decodeGraph))),
    initializers,
  };
}

function decodeInitializers({ initializer }: GraphProto): ReadonlyMap<string, Tensor> {
  const initializers = new Map<string, Tensor>();
  for (const proto of initializer) {
    if (initializers.has(proto.name)) {
      throw new ModelError("not-onnx", `The model holds two weights of the name "${proto.name}".`);
    }
    initializers.set(proto.name, decodeTensor(proto, proto.name));
  }
  return initializers;
}

/** Names as the file gives them; `<op>_<position>` where it gives none, or one that was given before. */
function nodeNames(nodes: readonly NodeProto[]): readonly string[] {
  const taken = new Set(nodes.map(({ name }) => name));
  const given = new Set<string>();
  return nodes.map(({ name, opType }, at) => {
    let own = name;
    if (own === "" || given.has(own)) {
      own = `${opType}_${at}`;
      for (let count = 2; taken.has(own); count++) own = `${opType}_${at}_${count}`;
      taken.add(own);
    }
    given.add(own);
    return own;
  });
}

/** Functions that no node calls are dropped. */
function checkFunctions({ functions }: ModelProto, graph: GraphProto): void {
  const defined = new Set(functions.map(({ domain, name }) => `${domainOf(domain)}.${name}`));
  const call = graph.node.find(({ domain, opType }) => defined.has(`${domainOf(domain)}.${opType}`));
  if (call) {
    throw unsupported(
      `The node "${call.name}" calls ${call.domain}.${call.opType}, a function that the model defines itself.`,
      { hint: "Inline the functions first: onnx.inliner.inline_local_functions(model)." },
    );
  }
}
