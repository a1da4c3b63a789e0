import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { AttributeProto_AttributeType, ModelProtoSchema, type NodeProto, type NodeProtoSchema } from "onnx-buf";
import { random } from "../../src/base/random.ts";
import type { Store } from "../../src/store/store.ts";
import { externalTensor } from "../fixtures/external-model.ts";
import { tinyProcessor } from "../fixtures/tiny-model.ts";

/** Random numbers that are cut from at another place for each part of each weight: gigabytes of them take minutes. */
function randomPieces(): (sizeBytes: number) => readonly Uint8Array[] {
  const rng = random(1);
  const block = new Uint8Array(Float32Array.from({ length: 2 ** 21 }, () => rng.normal() / 100).buffer);
  return (sizeBytes) => {
    const pieces: Uint8Array[] = [];
    for (let left = sizeBytes; left > 0; left -= pieces.at(-1)?.length ?? left) {
      const start = 4 * rng.int(2 ** 20);
      pieces.push(block.subarray(start, start + Math.min(left, 2 ** 22)));
    }
    return pieces;
  };
}

/**
 * Writes a model folder, pictures [N, 3, 32, 32] to five logits, its weights in one file beside the model.
 *
 * @param options.width units of the three hidden layers: 16,384 make 2.2 GiB of weights, two of 1 GiB among them
 */
export async function writeLargeModel(
  store: Store,
  folder: string,
  { width = 16_384 }: { readonly width?: number } = {},
): Promise<string> {
  const units = [3 * 32 * 32, width, width, width, 5];
  const pieces = randomPieces();
  const data: Uint8Array[] = [];
  let offset = 0;
  const initializer = units.slice(1).map((out, layer) => {
    const into = units[layer] ?? 0;
    const length = 4 * out * into;
    const entries = { location: "model.onnx_data", offset: String(offset), length: String(length) };
    data.push(...pieces(length));
    offset += length;
    return externalTensor({ name: `w${layer}`, dims: [out, into], entries });
  });
  await store.write(store.join(folder, "onnx", "model.onnx_data"), data);
  await store.write(store.join(folder, "onnx", "model.onnx"), messageFor(initializer));
  await store.write(store.join(folder, "preprocessor_config.json"), JSON.stringify(tinyProcessor));
  return folder;
}

type NodeInit = Exclude<MessageInitShape<typeof NodeProtoSchema>, NodeProto>;

function messageFor(initializer: ReturnType<typeof externalTensor>[]): Uint8Array {
  const INT = AttributeProto_AttributeType.INT;
  const layers = initializer.flatMap(({ name }, layer): NodeInit[] => [
    {
      opType: "Gemm",
      name: `dense${layer}`,
      input: [layer === 0 ? "flat" : `r${layer - 1}`, name],
      output: [layer === initializer.length - 1 ? "logits" : `h${layer}`],
      attribute: [{ name: "transB", type: INT, i: 1n }],
    },
    ...(layer === initializer.length - 1 ? [] : [{ opType: "Relu", input: [`h${layer}`], output: [`r${layer}`] }]),
  ]);
  const batch = { value: { case: "dimParam", value: "N" } as const };
  const value = (name: string, ...extents: readonly bigint[]) => {
    const dim = [batch, ...extents.map((extent) => ({ value: { case: "dimValue", value: extent } as const }))];
    return { name, type: { value: { case: "tensorType", value: { elemType: 1, shape: { dim } } } as const } };
  };
  const graph = {
    name: "large",
    node: [{ opType: "Flatten", input: ["pixels"], output: ["flat"] }, ...layers],
    initializer,
    input: [value("pixels", 3n, 32n, 32n)],
    output: [value("logits", 5n)],
  };
  const opsetImport = [{ domain: "", version: 17n }];
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n, opsetImport, graph }));
}
