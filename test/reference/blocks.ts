import { integersOf, moved } from "./elements.ts";
import { at, offsetOf, stridesOf } from "./index-space.ts";
import type { Kernel, Kernels } from "./kernel.ts";

const Tile: Kernel<"Tile"> = ({ input, repeats }) => {
  const counts = integersOf(repeats);
  const strides = stridesOf(input.shape);
  const shape = input.shape.map((extent, axis) => extent * at(counts, axis));
  return [
    moved(input, shape, (index) =>
      offsetOf(
        index.map((position, axis) => position % at(input.shape, axis)),
        strides,
      ),
    ),
  ];
};

/** Channel [block row, block column, c] ("DCR") or [c, block row, block column] ("CRD") goes to pixel [row, column]. */
const DepthToSpace: Kernel<"DepthToSpace"> = ({ input }, { blocksize: b = 1, mode }) => {
  const [N = 0, C = 0, H = 0, W = 0] = input.shape;
  const [depth, strides] = [C / (b * b), stridesOf(input.shape)];
  return [
    moved(input, [N, depth, H * b, W * b], ([n = 0, c = 0, y = 0, x = 0]) => {
      const block = (y % b) * b + (x % b);
      const channel = mode === "DCR" ? block * depth + c : c * b * b + block;
      return offsetOf([n, channel, Math.floor(y / b), Math.floor(x / b)], strides);
    }),
  ];
};

const SpaceToDepth: Kernel<"SpaceToDepth"> = ({ input }, { blocksize: b = 1 }) => {
  const [N = 0, C = 0, H = 0, W = 0] = input.shape;
  const strides = stridesOf(input.shape);
  return [
    moved(input, [N, C * b * b, H / b, W / b], ([n = 0, channel = 0, y = 0, x = 0]) => {
      const block = Math.floor(channel / C);
      return offsetOf([n, channel % C, y * b + Math.floor(block / b), x * b + (block % b)], strides);
    }),
  ];
};

export const blocks: Kernels<"Tile" | "DepthToSpace" | "SpaceToDepth"> = { Tile, DepthToSpace, SpaceToDepth };
