import { counted, elementsOf, type Inferred, type Known, MOST_ELEMENTS, shaped } from "./known.ts";
import { demand, type RuleContext, type ShapeRules, whole } from "./rule.ts";
import { divDims, mulDims } from "./symbolic.ts";

/** Ops that repeat a tensor side by side, or trade blocks of pixels for channels. */
export const blockRules = {
  Tile: (context) => [tile(context)],
  DepthToSpace: ({ input, attributes: { blocksize } }) => [traded(input, blocksize, "to space")],
  SpaceToDepth: ({ input, attributes: { blocksize } }) => [traded(input, blocksize, "to depth")],
} satisfies Partial<ShapeRules>;

function tile({ input: { dtype, shape, ...input }, repeats }: RuleContext<"Tile">): Inferred {
  const counts = elementsOf(repeats);
  if (!shape || !counts)
    return shaped(
      dtype,
      shape?.map(() => undefined),
    );
  demand(counts.length === shape.length, () => `${counts.length} repeats for ${shape.length} axes`);
  const extents = whole(shape.map((dim, axis) => mulDims(dim, counts[axis] ?? 1)));
  const [length = 1] = extents ?? [];
  const elements = elementsOf({ dtype, shape, ...input });
  const isShort = shape.length === 1 && typeof length === "number" && length <= MOST_ELEMENTS;
  const repeated =
    elements && isShort ? Array.from({ length }, (_, at) => elements[at % elements.length] ?? 0) : undefined;
  return extents ? counted(dtype, extents, repeated) : shaped(dtype, undefined);
}

/** [N, C, H, W] with C = b²·C' ↔ [N, C', b·H, b·W]. */
function traded({ dtype, shape }: Known, blocksize: number | undefined, way: "to space" | "to depth"): Inferred {
  demand(blocksize !== undefined && blocksize > 0, () => `a blocksize of ${blocksize}`);
  demand(!shape || shape.length === 4, () => `rank ${shape?.length}, not 4`);
  const [N, C, H, W] = shape ?? [];
  if (N === undefined || C === undefined || H === undefined || W === undefined) return shaped(dtype, undefined);
  const square = blocksize * blocksize;
  const [divided, by] = way === "to space" ? [[C], square] : [[H, W], blocksize];
  for (const dim of divided) demand(typeof dim !== "number" || dim % by === 0, () => `${dim} is no multiple of ${by}`);
  if (way === "to space") return shaped(dtype, [N, divDims(C, square), mulDims(H, blocksize), mulDims(W, blocksize)]);
  return shaped(dtype, [N, mulDims(C, square), divDims(H, blocksize), divDims(W, blocksize)]);
}
