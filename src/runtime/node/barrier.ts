import { create, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import * as ort from "onnxruntime-node";

/**
 * After a run onnxruntime-node 1.30 copies each output into a new array, even where the caller brought the memory: all
 * weights and moments, once per step. It does so one output after the other, and gives up at the first that is no tensor.
 * So a model gets a sequence as its first output, the barrier: what a run that fetches it has written into the caller's
 * memory stays there, uncopied, and the run "fails" with one known message.
 */
export const barrier = "regraft.barrier";

/** A part of a model: protobuf merges it with the message that follows, and what stands first comes first. */
const part = toBinary(
  ModelProtoSchema,
  create(ModelProtoSchema, {
    graph: {
      node: [{ name: barrier, opType: "SequenceEmpty", output: [barrier] }],
      output: [
        {
          name: barrier,
          type: {
            value: {
              case: "sequenceType",
              value: { elemType: { value: { case: "tensorType", value: { elemType: 1 } } } },
            },
          },
        },
      ],
    },
  }),
);

/** The encoded model with the barrier as its first output; of opset 11 or later. */
export function withBarrier(model: Uint8Array): Uint8Array {
  const whole = new Uint8Array(part.length + model.length);
  whole.set(part);
  whole.set(model, part.length);
  return whole;
}

/** y = -x, for one number. */
const negation = toBinary(
  ModelProtoSchema,
  create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: "", version: 13n }],
    graph: {
      name: "negation",
      node: [{ name: "negation", opType: "Neg", input: ["x"], output: ["y"] }],
      input: [{ name: "x", type: { value: { case: "tensorType", value: { elemType: 1, shape: {} } } } }],
      output: [{ name: "y", type: { value: { case: "tensorType", value: { elemType: 1, shape: {} } } } }],
    },
  }),
);

/**
 * What a run says that fetched the barrier and did all its work, as tried on a small model.
 *
 * @returns undefined where this binding does not stop at a barrier, or leaves its work undone: then nothing may rely on it
 */
export async function barrierMessage(): Promise<string | undefined> {
  const session = await ort.InferenceSession.create(withBarrier(negation), { logSeverityLevel: 4 });
  const y = new ort.Tensor("float32", new Float32Array(1), []);
  try {
    await session.run({ x: new ort.Tensor("float32", Float32Array.of(3), []) }, { [barrier]: null, y });
    return undefined;
  } catch (error) {
    return error instanceof Error && y.data[0] === -3 ? error.message : undefined;
  } finally {
    await session.release();
  }
}
