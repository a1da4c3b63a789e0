import type { Value } from "../../onnx/builder.ts";
import { elementsOf } from "../../onnx/shapes/known.ts";
import { extentOf, range, reshapeLike, shapeOf, zerosLike } from "../extents.ts";
import { NoGradient } from "../no-gradient.ts";
import { type GradientContext, type GradientRules, none } from "../rule.ts";

/** Ops that repeat a tensor side by side, or trade blocks of pixels for channels. */
export const blockRules = {
  Tile: { input: tileGradient, repeats: none },
  DepthToSpace: {
    input: (context) => {
      const { g, dOutput, attributes } = context;
      const blocks = g.SpaceToDepth(dOutput, { blocksize: attributes.blocksize ?? 1 });
      return attributes.mode === "CRD" ? channelsFirst(context, blocks) : blocks;
    },
  },
  SpaceToDepth: {
    input: ({ g, dOutput, attributes: { blocksize } }) => g.DepthToSpace(dOutput, { blocksize: blocksize ?? 1 }),
  },
} satisfies Partial<GradientRules>;

/** SpaceToDepth gives [N, block, C', H, W]; in the order "CRD" the channels were [C', block]. */
function channelsFirst({ g, input, attributes }: GradientContext<"DepthToSpace">, blocks: Value): Value {
  const block = (attributes.blocksize ?? 1) ** 2;
  const split = g.Reshape(blocks, g.ints([0, block, extentOf(input, 1) / block, -1]));
  return reshapeLike(g, g.Transpose(split, { perm: [0, 2, 1, 3] }), input);
}

/** The sum over the copies, axis by axis. An axis of extent 1 is summed as one that was broadcast. */
function tileGradient({ g, node, input, repeats, dOutput }: GradientContext<"Tile">): Value {
  const counts = elementsOf(repeats);
  const long = range(shapeOf(input).length).filter((axis) => shapeOf(input)[axis] !== 1 && counts?.[axis] !== 1);
  return long.reduce((gradient, axis) => {
    const count = counts?.[axis];
    if (typeof count !== "number") throw new NoGradient(node, `how often it repeats axis ${axis} depends on the run`);
    if (count === 0) return zerosLike(g, input);
    const copies = g.outputs("Split", [gradient], { axis, num_outputs: count }, count);
    return copies.reduce((sum, copy) => g.Add(sum, copy));
  }, dOutput);
}
