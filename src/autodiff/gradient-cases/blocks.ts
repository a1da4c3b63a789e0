import type { GradientCases } from "./case.ts";

export const blocks: GradientCases<"Tile" | "DepthToSpace" | "SpaceToDepth"> = {
  Tile: {
    "axes of extent 1": ({ g, x }) => [g.Tile(x("input", ["N", 1, 1]), g.ints([1, 3, 2]))],
    "an axis of several elements": ({ g, x }) => [g.Tile(x("input", ["N", 3, 2]), g.ints([1, 2, 3]))],
    "the batch": ({ g, x }) => [g.Tile(x("input", ["N", "L"]), g.ints([2, 1]))],
    "a class token along the batch": ({ g, x, fixed }) => [
      g.Tile(
        x("input", [1, 1, 4]),
        g.Concat(g.Shape(fixed("like", ["N", 3]), { start: 0, end: 1 }), g.ints([1, 1]), { axis: 0 }),
      ),
    ],
    "not at all": ({ g, x, fixed }) => [
      g.Concat(g.Tile(x("input", ["N", 3]), g.ints([1, 0])), fixed("B", ["N", 1]), { axis: 1 }),
    ],
  },
  DepthToSpace: {
    DCR: ({ g, x }) => [g.DepthToSpace(x("input", ["N", 8, 2, 3]), { blocksize: 2 })],
    "CRD, as torch's pixel_shuffle": ({ g, x }) => [
      g.DepthToSpace(x("input", ["N", 8, 2, 3]), { blocksize: 2, mode: "CRD" }),
    ],
    "CRD, height and width open": ({ g, x }) => [
      g.DepthToSpace(x("input", ["N", 9, "L", "L"]), { blocksize: 3, mode: "CRD" }),
    ],
  },
  SpaceToDepth: { "blocks of 2": ({ g, x }) => [g.SpaceToDepth(x("input", ["N", 3, 4, 2]), { blocksize: 2 })] },
};
