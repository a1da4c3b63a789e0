import { type DType, isFloat } from "../../base/dtype.ts";
import type { Dim, Shape } from "../../base/shape.ts";
import { floats, ints, numbersOf, type Tensor } from "../../base/tensor.ts";
import { dataTypeName, dtypeOfCode } from "../data-types.ts";
import type { AttributeValues } from "../ops.ts";
import { rankFromLength } from "./broadcast.ts";
import { counted, elementsOf, type Inferred, type Known, MOST_ELEMENTS, shaped } from "./known.ts";
import { demand, type RuleContext, type ShapeRules, whole } from "./rule.ts";
import { addDims, divDims, productOf, subDims } from "./symbolic.ts";

/** Where numbers come from: shapes, constants, ranges; and Cast. */
export const constantRules = {
  Shape: ({ data, attributes: { start, end } }) => {
    const extents = data.shape?.slice(start, end);
    return [extents ? counted("int64", [extents.length], extents) : shaped("int64", [undefined])];
  },
  Size: ({ data }) => [counted("int64", [], data.shape && [productOf(data.shape)])],
  Constant: ({ attributes }) => {
    const constant = constantOf(attributes);
    return [constant ? { dtype: constant.dtype, shape: constant.shape, constant } : shaped("float32", undefined)];
  },
  ConstantOfShape: ({ input, attributes: { value } }) => [constantOfShape(input, value)],
  Range: (context) => [range(context)],
  EyeLike: ({ input, attributes: { dtype } }) => [
    shaped(dtype === undefined ? input.dtype : castTarget(dtype), input.shape),
  ],
  Cast: ({ input, attributes: { to } }) => [cast(input, to)],
} satisfies Partial<ShapeRules>;

function constantOf({ value, value_int, value_float, value_ints, value_floats }: AttributeValues<"Constant">) {
  if (value) return value;
  if (value_int !== undefined) return ints([value_int], []);
  if (value_float !== undefined) return floats([value_float], []);
  if (value_ints) return ints(value_ints);
  return value_floats && floats(value_floats);
}

function constantOfShape(input: Known, value: Tensor | undefined): Inferred {
  const dtype = value?.dtype ?? "float32";
  const shape = elementsOf(input);
  if (!shape) return shaped(dtype, rankFromLength(input));
  const [length = 1] = shape;
  const fill = value && !isFloat(dtype) ? numbersOf(value)[0] : undefined;
  if (fill === undefined || shape.length > 1 || typeof length !== "number" || length > MOST_ELEMENTS)
    return shaped(dtype, shape);
  return counted(dtype, shape, new Array<number>(length).fill(fill));
}

/** ceil((limit - start) / delta) numbers from start on. */
function range({ start, limit, delta }: RuleContext<"Range">): Inferred {
  const { dtype } = start;
  const [first, last, step] = [scalarOf(start), scalarOf(limit), scalarOf(delta)];
  demand(step !== 0, () => "a delta of 0");
  if (first === undefined || last === undefined || typeof step !== "number") return shaped(dtype, [undefined]);
  if (typeof first === "number" && typeof last === "number") {
    const [shape, numbers] = numbersFrom(first, last, step);
    return isFloat(dtype) ? shaped(dtype, shape) : counted(dtype, shape, numbers);
  }
  if (step < 0) return shaped(dtype, [undefined]);
  return shaped(dtype, [divDims(addDims(subDims(last, first), step - 1), step)]);
}

function numbersFrom(first: number, last: number, step: number): [Shape, readonly number[] | undefined] {
  const length = Math.max(0, Math.ceil((last - first) / step));
  const isSmall = length <= MOST_ELEMENTS;
  return [[length], isSmall ? Array.from({ length }, (_, at) => first + at * step) : undefined];
}

function scalarOf(known: Known): Dim | undefined {
  const [element] = elementsOf(known) ?? (known.constant?.data.length === 1 ? numbersOf(known.constant) : []);
  return element;
}

/** Fractions are cut off towards 0; anything but 0 is true. */
function cast(input: Known, to: number | undefined): Inferred {
  const dtype = castTarget(to);
  const elements = elementsOf(input);
  if (!input.shape || !elements) return shaped(dtype, input.shape);
  if (dtype === "bool") return counted(dtype, input.shape, whole(elements.map(truth)));
  return counted(dtype, input.shape, isFloat(dtype) ? elements : elements.map(truncated));
}

const truth = (element: Dim): Dim | undefined => (typeof element === "number" ? Number(element !== 0) : undefined);
const truncated = (element: Dim): Dim => (typeof element === "number" ? Math.trunc(element) : element);

function castTarget(code: number | undefined): DType {
  const dtype = code === undefined ? undefined : dtypeOfCode(code);
  demand(dtype !== undefined, () => `cannot cast to ${code === undefined ? "nothing" : dataTypeName(code)}`);
  return dtype;
}
