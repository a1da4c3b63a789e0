import type { TensorShapeProto, ValueInfoProto } from "onnx-buf";
import { ModelError } from "../../base/errors.ts";
import { type Dim, mostAxes, type Shape } from "../../base/shape.ts";
import { dataTypeName, dtypeOfCode } from "../data-types.ts";
import type { ValueInfo } from "../graph.ts";
import { unsupported } from "./decode-tensor.ts";

/** What a first axis without a name is called: in every classifier it is the batch. */
const BATCH = "N";

/** Characters of an extent's name: a longer one is as good as none. */
const mostName = 200;

/** Reads the graph's inputs or outputs. Extents that the file leaves open get names: "N" for the first, else `<tensor>.<axis>`. */
export function decodeValues(protos: readonly ValueInfoProto[]): readonly ValueInfo[] {
  const batch = batchName(protos);
  return protos.map((proto) => decodeValue(proto, batch));
}

/** @throws {ModelError} "unsupported-model" for a value that is no tensor, or whose type is not said */
function decodeValue({ name, type }: ValueInfoProto, batch: string): ValueInfo {
  const value = type?.value;
  if (value?.case !== "tensorType") {
    const what = value?.case ? value.case.replace(/Type$/, "") : "tensor of a type that the model does not say";
    throw unsupported(`The graph's input or output "${name}" is a ${what}.`, {
      hint: "Export the model with tensors only.",
    });
  }
  const { elemType, shape } = value.value;
  const dtype = dtypeOfCode(elemType);
  if (!dtype) throw unsupported(`The graph's input or output "${name}" holds ${dataTypeName(elemType)} elements.`);
  return { name, dtype, shape: shape && decodeShape(name, shape, batch) };
}

function decodeShape(name: string, { dim }: TensorShapeProto, batch: string): Shape {
  if (dim.length > mostAxes) {
    throw new ModelError("not-onnx", `The graph's input or output "${name}" has ${dim.length} axes.`, {
      hint: damaged,
    });
  }
  return dim.map(({ value }, axis): Dim => {
    if (value.case === "dimParam" && value.value !== "" && value.value.length <= mostName) return value.value;
    const extent = value.case === "dimValue" ? Number(value.value) : 0;
    if (!Number.isSafeInteger(extent)) {
      throw new ModelError("not-onnx", `Axis ${axis} of the graph's input or output "${name}" has extent ${extent}.`, {
        hint: damaged,
      });
    }
    // Exporters write 0 and -1 as well for an extent that they leave open.
    return extent > 0 ? extent : openExtent(name, axis, batch);
  });
}

const damaged = "The file is damaged: fetch or export it again.";

const openExtent = (name: string, axis: number, batch: string): string => (axis === 0 ? batch : `${name}.${axis}`);

/** "N" unless the file calls another axis than a first one so. */
function batchName(protos: readonly ValueInfoProto[]): string {
  const taken = new Set(
    protos.flatMap(({ type }) =>
      type?.value.case === "tensorType"
        ? (type.value.value.shape?.dim.slice(1).map((dim) => dim.value.value) ?? [])
        : [],
    ),
  );
  let name = BATCH;
  for (let count = 2; taken.has(name); count++) name = `${BATCH}${count}`;
  return name;
}
