import type { Cases } from "./case.ts";

export const blocks: Cases<"Tile" | "DepthToSpace" | "SpaceToDepth"> = {
  Tile: {
    "two axes": ({ g, float }) => [g.Tile(float([2, 1, 3]), g.ints([1, 4, 2]))],
    "not at all": ({ g, float }) => [g.Tile(float([2, 3]), g.ints([2, 0]))],
    int64: ({ g, ints }) => [g.Tile(ints([1, 2]), g.ints([2]))],
  },
  DepthToSpace: {
    DCR: ({ g, float }) => [g.DepthToSpace(float([2, 8, 2, 3]), { blocksize: 2 })],
    CRD: ({ g, float }) => [g.DepthToSpace(float([2, 8, 2, 3]), { blocksize: 2, mode: "CRD" })],
  },
  SpaceToDepth: { "blocks of 2": ({ g, float }) => [g.SpaceToDepth(float([2, 3, 4, 2]), { blocksize: 2 })] },
};
