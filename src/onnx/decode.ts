import type { GraphProto, ModelProto, NodeProto } from "onnx-buf";
import { ModelError } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import { decodeNode, domainOf } from "./file/decode-node.ts";
import { decodeSparse } from "./file/decode-sparse.ts";
import { decodeTensor } from "./file/decode-tensor.ts";
import { decodeValues } from "./file/decode-values.ts";
import { type ExternalReference, externalTensors } from "./file/external-data.ts";
import { type Inlined, inlineFunctions } from "./file/inline-functions.ts";
import { withoutOpaque } from "./file/opaque.ts";
import { parseModel } from "./file/protobuf.ts";
import { topological } from "./file/sort.ts";
import type { Graph, Model } from "./graph.ts";
import { validateGraph } from "./validate.ts";

/** An ONNX file, read as far as it goes without the files beside it. */
export interface ModelFile {
  /** The tensors whose elements are in other files. */
  readonly external: readonly ExternalReference[];
  /**
   * @param data the bytes of each external tensor
   * @throws {ModelError} "not-onnx" · "unsupported-model" (strings, quantised types ...) · "no-external-data" where
   *   bytes are missing
   * @throws {GraphError} "bad-graph" (cycles, dangling names, two definitions of one name)
   */
  decode(data?: ExternalBytes): Model;
}

export type ExternalBytes = ReadonlyMap<ExternalReference, Uint8Array>;

/**
 * Reads an ONNX file up to the weights that it keeps elsewhere: whoever has the files brings those.
 *
 * @throws {ModelError} "not-onnx" · "bad-external-data" · "unsupported-model"
 */
export function openModelFile(bytes: Uint8Array): ModelFile {
  const proto = parseModel(bytes);
  const tensors = externalTensors(proto);
  return {
    external: tensors.map(({ reference }) => reference),
    decode: (data = new Map()) => {
      for (const { proto: tensor, reference } of tensors) tensor.rawData = bytesFor(reference, data);
      return decodeProto(proto);
    },
  };
}

/**
 * Reads an ONNX file that holds all of its weights. They are views on `bytes` where their alignment allows it. Nodes
 * come in topological order; those without a name of their own get one (`Conv_12`). Initializers that are listed as
 * inputs too are not inputs. Nodes that call functions of the model give way to the nodes of these. Outputs that are texts
 * or lists, and nodes that only make texts, are left out.
 *
 * @throws {ModelError} "not-onnx" · "unsupported-model" (sub-graphs, segments ...) · "no-external-data"
 * @throws {GraphError} "bad-graph" (cycles, dangling names, two definitions of one name)
 */
export const decodeModel = (bytes: Uint8Array): Model => openModelFile(bytes).decode();

function bytesFor(reference: ExternalReference, data: ExternalBytes): Uint8Array<ArrayBuffer> {
  // The type of a protobuf field asks for memory that is not shared; nobody writes to it, or transfers it.
  const bytes = data.get(reference) as Uint8Array<ArrayBuffer> | undefined;
  if (bytes) return bytes;
  throw new ModelError(
    "no-external-data",
    `The elements of the tensor "${reference.tensor}" are not in the model but in ${reference.location}.`,
    { hint: "Read the model by its path, with that file beside it." },
  );
}

function decodeProto(proto: ModelProto): Model {
  const { graph: graphProto, irVersion, opsetImport, producerName, metadataProps } = proto;
  if (!graphProto) throw new ModelError("not-onnx", "Not an ONNX model: there is no graph in it.");
  const inlined = inlineFunctions(proto, graphProto);
  const { graph: held, opaqueOutputs } = withoutOpaque(inlined.graph);
  const graph = decodeGraph(held);
  validateGraph(graph);
  return {
    graph,
    irVersion: Number(irVersion),
    opsets: decodeOpsets(opsetImport),
    producer: producerName,
    metadata: Object.fromEntries(metadataProps.map(({ key, value }) => [key, value])),
    ...(inlined.opsets.size > 0 ? { nodeOpsets: opsetsByName({ ...inlined, graph: held }) } : {}),
    ...(opaqueOutputs.length > 0 ? { opaqueOutputs } : {}),
  };
}

function opsetsByName({ graph, opsets }: Inlined): ReadonlyMap<string, number> {
  const names = nodeNames(graph.node);
  return new Map(
    graph.node.flatMap((node, at) => {
      const opset = opsets.get(node);
      return opset === undefined ? [] : [[names[at] ?? "", opset] satisfies [string, number]];
    }),
  );
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

function decodeInitializers({ initializer, sparseInitializer }: GraphProto): ReadonlyMap<string, Tensor> {
  const initializers = new Map<string, Tensor>();
  const add = (name: string, value: Tensor) => {
    if (initializers.has(name)) throw new ModelError("not-onnx", `The model holds two weights of the name "${name}".`);
    initializers.set(name, value);
  };
  for (const proto of initializer) add(proto.name, decodeTensor(proto, proto.name));
  let room = MOST_DENSE_BYTES;
  for (const proto of sparseInitializer) {
    const value = decodeSparse(proto, { mostBytes: room });
    room -= value.data.byteLength;
    add(proto.values?.name ?? "", value);
  }
  return initializers;
}

/** What the sparse weights of a graph may take, written out. */
const MOST_DENSE_BYTES = 2 ** 30;

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
