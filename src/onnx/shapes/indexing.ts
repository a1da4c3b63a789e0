import type { Dim } from "../../base/shape.ts";
import { unify } from "./broadcast.ts";
import { counted, elementsOf, type Inferred, type Known, like, numbersKnown, shaped } from "./known.ts";
import { axisOf, demand, type RuleContext, type ShapeRules } from "./rule.ts";

/** Ops that read and write at places given by several coordinates, or say where something is. */
export const indexingRules = {
  GatherND: (context) => [gatherNd(context)],
  ScatterND: ({ data }) => [like(data)],
  TopK: (context) => topK(context),
  OneHot: (context) => [oneHot(context)],
  NonZero: ({ X }) => [nonZero(X)],
} satisfies Partial<ShapeRules>;

/** data [...batch, ...addressed, ...rest], indices [...batch, ...places, coordinates] → [...batch, ...places, ...rest]. */
function gatherNd({ data, indices, attributes: { batch_dims } }: RuleContext<"GatherND">): Inferred {
  const coordinates = indices.shape?.at(-1);
  if (!data.shape || !indices.shape || typeof coordinates !== "number") return shaped(data.dtype, undefined);
  const [rank, from] = [data.shape.length, batch_dims + coordinates];
  demand(batch_dims < indices.shape.length && from <= rank, () => `${from} coordinates for a tensor of rank ${rank}`);
  const batch = data.shape
    .slice(0, batch_dims)
    .map((dim, axis) => unify(dim, indices.shape?.[axis], () => `batch axis ${axis} differs`));
  return shaped(data.dtype, [...batch, ...indices.shape.slice(batch_dims, -1), ...data.shape.slice(from)]);
}

function topK({ X, K, attributes: { axis } }: RuleContext<"TopK">): readonly [Inferred, Inferred] {
  const [count] = elementsOf(K) ?? [];
  const along = X.shape && axisOf(axis, X.shape.length);
  const shape = X.shape?.map((dim, at) => (at === along ? count : dim));
  return [shaped(X.dtype, shape), shaped("int64", shape)];
}

function oneHot({ indices, depth, values, attributes: { axis } }: RuleContext<"OneHot">): Inferred {
  const { shape } = indices;
  if (!shape) return shaped(values.dtype, undefined);
  const [count] = elementsOf(depth) ?? [];
  const along = axisOf(axis, shape.length + 1);
  return shaped(values.dtype, [...shape.slice(0, along), count, ...shape.slice(along)]);
}

/** [rank of X, number of elements that are not 0]: for each such element a column with its index. */
function nonZero(X: Known): Inferred {
  const elements = X.shape?.length === 1 ? numbersKnown(X) : undefined;
  if (!elements) return shaped("int64", [X.shape?.length, undefined]);
  const places = elements.flatMap((element, at): readonly Dim[] => (element === 0 ? [] : [at]));
  return counted("int64", [1, places.length], places);
}
